//! Opus and AAC files that last as long as they should but say nothing: real tones would need an encoder.

/// Samples of an AAC frame.
const AAC: u32 = 1024;

/// The rate AAC frames have.
const AAC_RATE: u32 = 24_000;

/// 20 milliseconds of silence, as Opus encoders write it.
const OPUS: [u8; 3] = [0xf8, 0xff, 0xfe];

/// Opus counts in 48ths of a millisecond.
const OPUS_FRAME: u64 = 960;

/// Opus packets on a page.
const PAGE: u64 = 50;

/// A row of AAC frames with their own headers.
pub(super) fn aac(milliseconds: u32) -> Vec<u8> {
    // Sync, no checksum; low complexity, 24 kHz, mono, 13 bytes; any bit rate, one block.
    let header = [0xff, 0xf1, 0x58, 0x40, 0x01, 0xbf, 0xfc];
    let silence = [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80];
    let frames = (milliseconds * (AAC_RATE / 1000)).div_ceil(AAC).max(1);
    (0..frames)
        .flat_map(|_| header.into_iter().chain(silence))
        .collect()
}

/// An Ogg file of Opus packets.
pub(super) fn opus(milliseconds: u32) -> Vec<u8> {
    let mut file = Vec::new();
    // Version 1, mono, nothing skipped, 24 kHz before encoding, no gain, plain mapping.
    let head = [
        b"OpusHead".as_slice(),
        &[1, 1, 0, 0],
        &24_000_u32.to_le_bytes(),
        &[0, 0, 0],
    ]
    .concat();
    let tags = [
        b"OpusTags".as_slice(),
        &5_u32.to_le_bytes(),
        b"local",
        &0_u32.to_le_bytes(),
    ]
    .concat();
    page(2, 0, 0, &[&head], &mut file);
    page(0, 0, 1, &[&tags], &mut file);
    let packets = u64::from(milliseconds.div_ceil(20).max(1));
    let pages = packets.div_ceil(PAGE);
    for number in 0..pages {
        let so_far = packets.min((number + 1) * PAGE);
        let here = usize::try_from(so_far - number * PAGE).unwrap_or_default();
        let flags = if number + 1 == pages { 4 } else { 0 };
        let sequence = u32::try_from(number + 2).unwrap_or(u32::MAX);
        page(
            flags,
            so_far * OPUS_FRAME,
            sequence,
            &vec![OPUS.as_slice(); here],
            &mut file,
        );
    }
    file
}

/// A page of packets, each shorter than 255 bytes.
fn page(flags: u8, position: u64, sequence: u32, packets: &[&[u8]], file: &mut Vec<u8>) {
    let serial = 1_u32.to_le_bytes();
    let mut page = [
        b"OggS\0".as_slice(),
        &[flags],
        &position.to_le_bytes(),
        &serial,
    ]
    .concat();
    page.extend(sequence.to_le_bytes());
    let length = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let mut rest = vec![length(packets.len())];
    rest.extend(packets.iter().map(|packet| length(packet.len())));
    rest.extend(packets.concat());
    // The checksum is counted with zeros in its own place.
    let whole = page.iter().chain(&[0; 4]).chain(&rest);
    let sum = whole.fold(0, |sum, byte| checksum(sum, *byte));
    file.extend(page);
    file.extend(sum.to_le_bytes());
    file.extend(rest);
}

fn checksum(sum: u32, byte: u8) -> u32 {
    let sum = sum ^ u32::from(byte) << 24;
    (0..8).fold(sum, |sum, _| {
        sum << 1
            ^ if sum & 0x8000_0000 == 0 {
                0
            } else {
                0x04c1_1db7
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aac_is_a_row_of_frames_as_long_as_their_headers_say() {
        let file = aac(1000);
        let frames = file.chunks(13);
        assert_eq!(frames.len(), 24);
        for frame in frames {
            let length = usize::from(frame[3] & 3) << 11
                | usize::from(frame[4]) << 3
                | usize::from(frame[5]) >> 5;
            assert_eq!(
                (frame[0], frame[1] & 0xf0, length),
                (0xff, 0xf0, frame.len())
            );
        }
    }

    #[test]
    fn pages_follow_each_other_and_the_last_one_says_so() {
        let file = opus(2500);
        let mut at = 0;
        let mut pages = Vec::new();
        while at < file.len() {
            assert_eq!(&file[at..at + 4], b"OggS");
            let segments = usize::from(file[at + 26]);
            let table = &file[at + 27..at + 27 + segments];
            let length: usize = table.iter().map(|length| usize::from(*length)).sum();
            let position = u64::from_le_bytes(file[at + 6..at + 14].try_into().unwrap());
            pages.push((file[at + 5], position, segments));
            let end = at + 27 + segments + length;
            let mut page = file[at..end].to_vec();
            page[22..26].fill(0);
            let sum = page.iter().fold(0, |sum, byte| checksum(sum, *byte));
            assert_eq!(file[at + 22..at + 26], sum.to_le_bytes());
            at = end;
        }
        assert_eq!(at, file.len());
        let expected = [
            (2, 0, 1),
            (0, 0, 1),
            (0, 48_000, 50),
            (0, 96_000, 50),
            (4, 120_000, 25),
        ];
        assert_eq!(pages, expected);
    }
}
