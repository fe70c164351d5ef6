//! Workspace tests: snapshots of generated code, contracts between schema, types and wire.
