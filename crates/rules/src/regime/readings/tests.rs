//! Readings: chosen, refused, tried.
