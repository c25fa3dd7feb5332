//! The whole window, driven by role and label.
