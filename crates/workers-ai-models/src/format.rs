//! Kinds of files: how they begin, what they are called and what their names end with.

/// A kind of file.
#[derive(Clone, Copy)]
pub(crate) struct Format {
    pub(crate) extension: &'static str,
    /// The content types it goes by, the usual one first.
    names: &'static [&'static str],
}

const PNG: Format = Format::new("png", &["image/png"]);
const JPEG: Format = Format::new("jpg", &["image/jpeg", "image/jpg"]);
const GIF: Format = Format::new("gif", &["image/gif"]);
const WEBP: Format = Format::new("webp", &["image/webp"]);
const AVIF: Format = Format::new("avif", &["image/avif"]);
const HEIC: Format = Format::new("heic", &["image/heic", "image/heif"]);
const WAV: Format = Format::new(
    "wav",
    &["audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave"],
);
const MP3: Format = Format::new("mp3", &["audio/mpeg", "audio/mp3"]);
const OGG: Format = Format::new(
    "ogg",
    &["audio/ogg", "audio/opus", "application/ogg", "video/ogg"],
);
const AAC: Format = Format::new("aac", &["audio/aac", "audio/aacp", "audio/x-aac"]);
const FLAC: Format = Format::new("flac", &["audio/flac", "audio/x-flac"]);
const M4A: Format = Format::new("m4a", &["audio/mp4", "audio/m4a", "audio/x-m4a"]);
const MP4: Format = Format::new("mp4", &["video/mp4", "audio/mp4", "video/quicktime"]);
const WEBM: Format = Format::new("webm", &["video/webm", "audio/webm", "video/x-matroska"]);
const PDF: Format = Format::new("pdf", &["application/pdf"]);

pub(crate) const FORMATS: [Format; 15] = [
    PNG, JPEG, GIF, WEBP, AVIF, HEIC, WAV, MP3, OGG, AAC, FLAC, M4A, MP4, WEBM, PDF,
];

impl Format {
    const fn new(extension: &'static str, names: &'static [&'static str]) -> Self {
        Self { extension, names }
    }

    /// The format a file begins like.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        Some(match head {
            [0x89, b'P', b'N', b'G', ..] => PNG,
            [0xFF, 0xD8, 0xFF, ..] => JPEG,
            [b'G', b'I', b'F', b'8', ..] => GIF,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => WEBP,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
                ..,
            ] => WAV,
            [b'I', b'D', b'3', ..] => MP3,
            [b'O', b'g', b'g', b'S', ..] => OGG,
            [b'f', b'L', b'a', b'C', ..] => FLAC,
            [
                _,
                _,
                _,
                _,
                b'f',
                b't',
                b'y',
                b'p',
                b'a',
                b'v',
                b'i',
                b'f',
                ..,
            ] => AVIF,
            [
                _,
                _,
                _,
                _,
                b'f',
                b't',
                b'y',
                b'p',
                b'h',
                b'e',
                b'i',
                b'c',
                ..,
            ] => HEIC,
            [
                _,
                _,
                _,
                _,
                b'f',
                b't',
                b'y',
                b'p',
                b'M',
                b'4',
                b'A' | b'B',
                ..,
            ] => M4A,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => MP4,
            [0x1A, 0x45, 0xDF, 0xA3, ..] => WEBM,
            [b'%', b'P', b'D', b'F', ..] => PDF,
            _ => return None,
        })
    }

    pub(crate) fn content_type(self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// Whether a content type, parameters aside, is one of its names.
    pub(crate) fn is_called(self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        self.names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(essence))
    }
}

/// Whether a content type is what anything may be called.
pub(crate) fn is_any(content_type: &str) -> bool {
    ["application/octet-stream", "binary/octet-stream"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(content_type))
}

/// The format whose frames begin like this, where no tag stands before them: those of MP3 are of layer III, with a real bit
/// and sample rate, those of AAC of layer 0.
pub(crate) fn frame_of(head: &[u8]) -> Option<Format> {
    match head {
        [0xFF, version, rate, ..]
            if version & 0xE6 == 0xE2
                && version & 0x18 != 0x08
                && !matches!(rate >> 4, 0x0 | 0xF)
                && rate & 0x0C != 0x0C =>
        {
            Some(MP3)
        }
        [0xFF, version, ..] if version & 0xF6 == 0xF0 => Some(AAC),
        _ => None,
    }
}
