//! From .beam files and images to parsed, verified and lowered modules.
