//! The framing of event streams (`application/vnd.amazon.eventstream`).
//!
//! A message, all numbers big endian:
//!
//! ```text
//! message = total: u32, headers: u32, crc: u32 (of these 8 bytes), header*, payload, crc: u32 (of all before it)
//! header  = name length: u8, name, 7: u8 (a text), value length: u16, value
//! ```
//!
//! `total` is the length of the message, `headers` that of its headers, in bytes; a CRC is CRC-32 as in gzip. Source:
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>.

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.amazon.eventstream";

/// The longest payload of a message that is written here, in bytes. Clients take 16 MiB and more.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 8 << 20;

const TEXT: u8 = 7;

/// Writes the message of an event. The payload has at most [`PAYLOAD_BYTES_MAX`] bytes, names and types are short.
pub(crate) fn event(event_type: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in
        [(":event-type", event_type), (":content-type", content_type), (":message-type", "event")]
    {
        headers.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        headers.extend_from_slice(name.as_bytes());
        headers.push(TEXT);
        headers.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let total = PRELUDE_BYTES + headers.len() + payload.len() + CRC_BYTES;
    let mut message = Vec::with_capacity(total);
    for length in [total, headers.len()] {
        message.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }
    push_crc(&mut message);
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload);
    push_crc(&mut message);
    message
}

const CRC_BYTES: usize = 4;
/// Both lengths, and their CRC.
const PRELUDE_BYTES: usize = 4 + 4 + CRC_BYTES;

fn push_crc(message: &mut Vec<u8>) {
    let crc = crc32fast::hash(message);
    message.extend_from_slice(&crc.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bytes were read back with botocore's `EventStreamBuffer`, which checks both sums.
    #[test]
    fn the_bytes_are_those_that_clients_read() {
        let message = event("PayloadChunk", "application/octet-stream", b"hello");
        assert_eq!(
            hex(&message),
            concat!(
                "0000006f0000005af5fe871f0b3a6576656e742d7479706507000c5061796c6f61644368756e6b0d3a636f6e74656e74",
                "2d747970650700186170706c69636174696f6e2f6f637465742d73747265616d0d3a6d6573736167652d747970650700",
                "056576656e7468656c6c6f29e71260",
            )
        );
    }

    #[test]
    fn an_event_may_be_empty() {
        let message = event("InvokeComplete", "application/json", b"");
        assert_eq!(message.len(), u32::from_be_bytes(message[..4].try_into().unwrap()) as usize);
        assert_eq!(message[8..12], crc32fast::hash(&message[..8]).to_be_bytes());
        let (body, crc) = message.split_at(message.len() - 4);
        assert_eq!(crc, crc32fast::hash(body).to_be_bytes());
    }
}
