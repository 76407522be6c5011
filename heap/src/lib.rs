//! Terms, process heaps, collection, copying, atoms and literals of Purlin.
