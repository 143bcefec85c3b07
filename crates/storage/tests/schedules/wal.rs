//! The files of the log, as they are.

#[path = "../../src/wal/frame.rs"]
#[expect(dead_code, reason = "recovery reads more of a frame")]
pub(crate) mod frame;
#[path = "../../src/wal/log.rs"]
#[expect(dead_code, reason = "checkpoints and backups ask more of a log")]
pub(crate) mod log;
#[path = "../../src/wal/queue.rs"]
mod queue;
#[path = "../../src/wal/room.rs"]
#[expect(dead_code, reason = "the options bound the sizes of segments")]
pub(crate) mod room;
#[path = "../../src/wal/segment.rs"]
pub(crate) mod segment;
#[path = "../../src/wal/writer.rs"]
#[expect(dead_code, reason = "a blob's place is only passed on")]
pub(crate) mod writer;
