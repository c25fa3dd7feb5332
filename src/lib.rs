//! Protoloupe: view, edit and replay binary Protocol Buffers messages.
