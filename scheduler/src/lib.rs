//! Run queues, stealing, parking, timers and the poller of Purlin.
