//! FLAC files of plain samples: mono, 16 bits, nothing predicted.

/// Samples in a frame.
const BLOCK: usize = 4096;

/// A file of samples at this rate.
pub(super) fn file(samples: &[i16], rate: u32) -> Vec<u8> {
    let mut file = b"fLaC".to_vec();
    // The only block of facts: block sizes, frame sizes that are not known, then 20 bits of rate,
    // 3 of channels, 5 of sample size and 36 of length, and no checksum.
    file.extend([0x80, 0, 0, 34]);
    let block = u16::try_from(BLOCK).unwrap_or(u16::MAX);
    file.extend(block.to_be_bytes());
    file.extend(block.to_be_bytes());
    file.extend([0; 6]);
    let facts = u64::from(rate) << 44 | 15 << 36 | samples.len() as u64;
    file.extend(facts.to_be_bytes());
    file.extend([0; 16]);
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        frame(number, block, &mut file);
    }
    file
}

fn frame(number: usize, samples: &[i16], file: &mut Vec<u8>) {
    let begin = file.len();
    // Sync; the size of the block follows, the rate is known; mono with 16 bits.
    file.extend([0xff, 0xf8, 0x70, 0x08]);
    let number = u32::try_from(number)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or_default();
    file.extend(number.encode_utf8(&mut [0; 4]).bytes());
    let last = u16::try_from(samples.len().saturating_sub(1)).unwrap_or(u16::MAX);
    file.extend(last.to_be_bytes());
    let header = file.get(begin..).unwrap_or_default();
    file.push(header.iter().fold(0, |sum, byte| checksum(sum, *byte)));
    // A subframe of samples as they are.
    file.push(0x02);
    file.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
    let frame = file.get(begin..).unwrap_or_default();
    let sum = frame.iter().fold(0, |sum, byte| long_checksum(sum, *byte));
    file.extend(sum.to_be_bytes());
}

fn checksum(sum: u8, byte: u8) -> u8 {
    (0..8).fold(sum ^ byte, |sum, _| {
        sum << 1 ^ if sum & 0x80 == 0 { 0 } else { 0x07 }
    })
}

fn long_checksum(sum: u16, byte: u8) -> u16 {
    let sum = sum ^ u16::from(byte) << 8;
    (0..8).fold(sum, |sum, _| {
        sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { 0x8005 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_format() {
        let of = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| checksum(sum, *byte));
        let long_of = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| long_checksum(sum, *byte));
        // The check values of CRC-8 and of CRC-16 with this polynomial.
        assert_eq!((of(b"123456789"), long_of(b"123456789")), (0xf4, 0xfee8));
    }

    #[test]
    fn a_file_holds_its_samples() {
        let samples: Vec<i16> = (0..5000).collect();
        let file = file(&samples, 24_000);
        assert!(file.starts_with(b"fLaC\x80\0\0\x22"));
        assert_eq!(file[18..26], [0x05, 0xdc, 0x00, 0xf0, 0, 0, 0x13, 0x88]);
        let frames = [(0, 4096), (1, 904)];
        let mut at = 42;
        for (number, length) in frames {
            assert_eq!(file[at..at + 5], [0xff, 0xf8, 0x70, 0x08, number]);
            let last = u16::from_be_bytes([file[at + 5], file[at + 6]]);
            assert_eq!(usize::from(last) + 1, length);
            assert_eq!(file[at + 8], 0x02);
            at += 9 + 2 * length + 2;
        }
        assert_eq!(at, file.len());
    }
}
