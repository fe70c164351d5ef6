//! MP3 files of tones, written frame by frame: MPEG 2 layer III, 24 kHz, mono, 32 kbit/s.

/// Bytes of a frame: 576 samples at this bit rate.
const FRAME: usize = 96;

/// Frames of a syllable: 24 milliseconds each.
const FRAMES: usize = 8;

/// Hertz between two spectral lines.
const LINE: u32 = 12_000 / 576;

/// Sync, MPEG 2, layer III, no checksum; 32 kbit/s, 24 kHz, no padding; mono, an original.
const HEADER: [u8; 4] = [0xff, 0xf3, 0x44, 0xc4];

/// Loudness of a tone.
const TONE: u32 = 200;

/// Loudness of its first and its last frame.
const EDGE: u32 = 192;

/// A file with one tone for each pitch in hertz; 0 is a pause.
pub(super) fn file(pitches: &[u32]) -> Vec<u8> {
    let mut file = Vec::with_capacity(pitches.len() * FRAMES * FRAME);
    for pitch in pitches {
        for frame in 0..FRAMES {
            let is_edge = frame == 0 || frame + 1 == FRAMES;
            file.extend(frame_of(*pitch, if is_edge { EDGE } else { TONE }));
        }
    }
    file
}

fn frame_of(pitch: u32, gain: u32) -> [u8; FRAME] {
    let line = pitch / LINE;
    // Lines are coded in pairs. A pair of zeros is one bit, a pair with one line three, its sign
    // included.
    let pair = line / 2;
    let is_silent = pitch == 0;
    let bits = if is_silent {
        0
    } else if line & 1 == 0 {
        pair + 3
    } else {
        pair + 4
    };
    let mut to = Bits {
        bytes: [0; FRAME],
        at: 0,
    };
    for byte in HEADER {
        to.put(byte.into(), 8);
    }

    // Side information: no bits of earlier frames, nothing private.
    to.put(0, 9);
    to.put(bits, 12);
    to.put(if is_silent { 0 } else { pair + 1 }, 9);
    to.put(gain, 8);
    // No scale factors, one long block, table 1 in all three regions.
    to.put(0, 9);
    to.put(0, 1);
    for _region in 0..3 {
        to.put(1, 5);
    }
    to.put(0, 4 + 3 + 1 + 1);

    if !is_silent {
        for _zeros in 0..pair {
            to.put(1, 1);
        }
        if line & 1 == 0 {
            to.put(0b010, 3);
        } else {
            to.put(0b0010, 4);
        }
    }
    to.bytes
}

/// Bits, the highest first.
struct Bits {
    bytes: [u8; FRAME],
    at: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in (0..count).rev() {
            if let Some(byte) = self.bytes.get_mut(self.at / 8) {
                *byte |= u8::from(value >> bit & 1 == 1) << (7 - self.at % 8);
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_row_of_frames() {
        let file = file(&[0, 150, 171, 220]);
        assert_eq!(file.len(), 4 * FRAMES * FRAME);
        for frame in file.chunks(FRAME) {
            assert_eq!(frame.len(), FRAME);
            assert!(frame.starts_with(&HEADER));
            // The data of a frame ends inside of it.
            let length = (u32::from(frame[5] & 0x7f) << 5) | u32::from(frame[6] >> 3);
            assert!(length <= 8 * (96 - 13), "{length}");
        }
        assert_ne!(file[..FRAME], file[FRAMES * FRAME..(FRAMES + 1) * FRAME]);
    }

    #[test]
    fn a_frame_is_as_long_as_its_header_says() {
        // Bytes of a frame of 576 samples: 72 times the bit rate, by the sampling rate.
        assert_eq!(72 * 32_000 / 24_000, FRAME);
        let (rate, sampling) = (HEADER[2] >> 4, HEADER[2] >> 2 & 3);
        assert_eq!((rate, sampling), (4, 1));
    }
}
