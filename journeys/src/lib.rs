//! Journeys: stories over the real binary, as a stranger would use it. There is nothing here but tests.
