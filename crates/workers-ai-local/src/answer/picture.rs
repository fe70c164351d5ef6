//! Pictures: a gradient and shapes in colours of the prompt, as real PNG and JPEG files.

use bytes::Bytes;
use serde_json::Value;

use super::{
    Asked, conversation,
    dice::{Dice, Hash},
    usage::Used,
};
use crate::documents::Model;

/// The width and height where neither caller nor document says.
const SIDE: usize = 512;

/// The longest side that is painted.
const LONGEST: usize = 2048;

/// The side of a tile, the unit pictures are paid by.
const TILE: usize = 512;

/// The file formats there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
}

impl Format {
    /// The format a document declares by its media type.
    pub(super) fn of(content_type: &str) -> Self {
        if content_type == "image/png" {
            Format::Png
        } else {
            Format::Jpeg
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Jpeg => "image/jpeg",
        }
    }
}

type Colour = [u8; 3];

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// The file that answers a prompt, and its cost in neurons.
pub(super) fn file(asked: &Asked<'_>, input: &Value, hash: Hash, format: Format) -> (Bytes, f64) {
    let side = |name| side(asked, input, name).clamp(8, LONGEST);
    let (width, height) = (side("width"), side("height"));
    let steps = ["num_steps", "steps"]
        .iter()
        .find_map(|name| input.get(name)?.as_u64());
    let tiles = width.div_ceil(TILE) * height.div_ceil(TILE);
    let used = Used {
        tiles: tiles as u64,
        steps: steps.unwrap_or(4),
        ..Used::default()
    };
    let canvas = Canvas::painted(width, height, hash.text("picture").dice());
    let file = match format {
        Format::Png => canvas.png(),
        Format::Jpeg => canvas.jpeg(),
    };
    // Writing into memory fails for no size that a canvas can have.
    (
        Bytes::from(file.unwrap_or_default()),
        used.neurons(asked.model),
    )
}

/// A side as the caller wants it, or as the document says it is.
fn side(asked: &Asked<'_>, input: &Value, name: &str) -> usize {
    let number = |value: &Value| match value {
        // A form has text.
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    };
    let declared = || {
        let (_, body) = asked.model.inputs().next()?;
        let shapes = conversation::flat(Model::schema(body.get("schema")?));
        shapes
            .iter()
            .find_map(|shape| shape.property(name)?.get("default")?.as_u64())
    };
    let side = input
        .get(name)
        .and_then(number)
        .filter(|side| *side > 0)
        .or_else(declared);
    side.and_then(|side| usize::try_from(side).ok())
        .unwrap_or(SIDE)
}

impl Canvas {
    fn painted(width: usize, height: usize, mut dice: Dice) -> Self {
        let mut canvas = Canvas {
            width,
            height,
            pixels: Vec::with_capacity(width * height * 3),
        };
        let (top, bottom) = (colour(&mut dice), colour(&mut dice));
        for row in 0..height {
            let colour = between(top, bottom, row, height);
            canvas.pixels.extend(colour.repeat(width));
        }
        for _ in 0..3 + dice.index(4) {
            let colour = colour(&mut dice);
            let radius = width.min(height) / 16 + dice.index(width.min(height) / 4 + 1);
            let (x, y) = (dice.index(width), dice.index(height));
            match dice.below(3) {
                0 => canvas.shape(x, y, radius, colour, |radius, _| radius),
                1 => canvas.shape(x, y, radius, colour, |radius, from| radius - from),
                _ => canvas.shape(x, y, radius, colour, |radius, from| {
                    (radius * radius - from * from).isqrt()
                }),
            }
        }
        canvas
    }

    /// A shape around a point; `half` is half of its width so far above or below the point.
    fn shape(
        &mut self,
        x: usize,
        y: usize,
        radius: usize,
        colour: Colour,
        half: impl Fn(usize, usize) -> usize,
    ) {
        for row in y.saturating_sub(radius)..(y + radius).min(self.height) {
            let half = half(radius, row.abs_diff(y));
            let begin = row * self.width + x.saturating_sub(half);
            let end = row * self.width + (x + half).min(self.width);
            if let Some(span) = self.pixels.get_mut(begin * 3..end * 3) {
                span.copy_from_slice(&colour.repeat(span.len() / 3));
            }
        }
    }

    fn png(&self) -> Option<Vec<u8>> {
        let mut file = Vec::new();
        let size = (
            u32::try_from(self.width).ok()?,
            u32::try_from(self.height).ok()?,
        );
        let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.pixels).ok()?;
        writer.finish().ok()?;
        Some(file)
    }

    fn jpeg(&self) -> Option<Vec<u8>> {
        let mut file = Vec::new();
        let size = (
            u16::try_from(self.width).ok()?,
            u16::try_from(self.height).ok()?,
        );
        let encoder = jpeg_encoder::Encoder::new(&mut file, 75);
        encoder
            .encode(&self.pixels, size.0, size.1, jpeg_encoder::ColorType::Rgb)
            .ok()?;
        Some(file)
    }
}

fn colour(dice: &mut Dice) -> Colour {
    let [red, green, blue, ..] = dice.roll().to_le_bytes();
    [red, green, blue]
}

/// The colour of a row on the way from one to the other.
fn between(top: Colour, bottom: Colour, row: usize, rows: usize) -> Colour {
    let mix = |top: u8, bottom: u8| {
        let sum = usize::from(top) * (rows - row) + usize::from(bottom) * row;
        u8::try_from(sum / rows).unwrap_or(u8::MAX)
    };
    [
        mix(top[0], bottom[0]),
        mix(top[1], bottom[1]),
        mix(top[2], bottom[2]),
    ]
}

/// The width and height a picture's own header says, if it is a PNG or a JPEG.
pub(super) fn size(file: &[u8]) -> Option<(u32, u32)> {
    let short = |at: usize| {
        let bytes: [u8; 2] = file.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(u16::from_be_bytes(bytes)))
    };
    let long = |at: usize| {
        let bytes: [u8; 4] = file.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((long(16)?, long(20)?)).filter(|(width, height)| *width > 0 && *height > 0);
    }
    if !file.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let [0xff, marker] = *file.get(at..at + 2)? else {
            return None;
        };
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Some((short(at + 7)?, short(at + 5)?))
                .filter(|(width, height)| *width > 0 && *height > 0);
        }
        // A marker without length, or fill bytes, would stop a walk that trusts the length.
        at += 2 + usize::try_from(short(at + 2)?.max(2)).ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_size_they_say() {
        for (width, height) in [(8, 8), (64, 48), (300, 17)] {
            let canvas = Canvas::painted(width, height, Hash::new(3).dice());
            let wanted = Some((
                u32::try_from(width).unwrap(),
                u32::try_from(height).unwrap(),
            ));
            let png = canvas.png().unwrap();
            assert_eq!(size(&png), wanted);
            let jpeg = canvas.jpeg().unwrap();
            assert_eq!(size(&jpeg), wanted);
            assert!(jpeg.ends_with(&[0xff, 0xd9]));
            let mut decoder = png::Decoder::new(std::io::Cursor::new(&png))
                .read_info()
                .unwrap();
            let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
            decoder.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels, canvas.pixels);
        }
    }

    #[test]
    fn a_broken_header_has_no_size() {
        let cases: [&[u8]; 7] = [
            b"",
            b"GIF89a",
            b"\x89PNG\r\n\x1a\n",
            &[0xff, 0xd8],
            &[0xff, 0xd8, 0xff],
            &[0xff, 0xd8, 0xff, 0xe0, 0, 0],
            &[0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 0, 0, 0],
        ];
        for file in cases {
            assert_eq!(size(file), None, "{file:?}");
        }
    }
}
