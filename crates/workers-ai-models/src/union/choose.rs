//! Which alternative of a union a value is, seen from what is present in it instead of from the first alternative that
//! happens to parse.

use super::raw::{Kind, Raw, kind};
use crate::{glance, outline::members};

/// Which alternative of a union a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// This one of [`KINDS`](super::Union::KINDS).
    Kind(usize),
    /// This one of [`FORMS`](super::Union::FORMS).
    Form(usize),
    /// The one for all other objects.
    Rest,
    /// None.
    Other,
}

/// What is known of an object before it is read: one alternative of a union.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Members that have this one value, if they are there.
    pub constants: &'static [(&'static str, &'static str)],
    /// The other members, and the shapes their values may have: see [`Raw::shape`]. Several stand apart by a blank;
    /// an empty one is any.
    pub members: &'static [(&'static str, &'static str)],
    /// Of members that are objects the members of their own. One of which none is known is no sign of this form.
    pub inside: &'static [(&'static str, &'static [&'static str])],
}

impl Form {
    fn knows(&self, key: &str) -> bool {
        let constants = self.constants.iter().map(|(known, _)| known);
        let mut members = constants.chain(self.members.iter().map(|(known, _)| known));
        members.any(|known| *known == key)
    }
}

/// Whether a shape is among those allowed, which stand apart by a blank; an empty list may be a list of anything.
fn is_one_of(shape: &str, allowed: &str) -> bool {
    let fits =
        |allowed: &str| shape.starts_with(allowed) || shape == "[" && allowed.starts_with('[');
    allowed.is_empty() || allowed.split(' ').any(fits)
}

impl Raw<'_> {
    /// Which alternative the value is: the first that is all values of its kind, the form that an object has, or the one
    /// for all other objects.
    #[must_use]
    pub fn choose(&self, kinds: &[(Kind, &str)], forms: &[Form], has_rest: bool) -> Chosen {
        let kind = self.kind();
        let is_it =
            |(of, shapes): &(Kind, &str)| *of == kind && (shapes.is_empty() || self.looks(shapes));
        if let Some(index) = kinds.iter().position(is_it) {
            return Chosen::Kind(index);
        }
        match self.form(forms) {
            Some(form) => Chosen::Form(form),
            None if has_rest && kind == Kind::Object => Chosen::Rest,
            None => Chosen::Other,
        }
    }

    /// Which form the object has.
    ///
    /// Constants settle it, if all of a form's are there. Else it is the form that knows most of the members, as long as
    /// nothing contradicts it, it knows whatever any other form would, and no more is new than known: an object of which
    /// a part would be lost has no form.
    #[must_use]
    pub fn form(&self, forms: &[Form]) -> Option<usize> {
        let settled = |form: &Form| self.constants(form).is_some_and(|(settled, _)| settled);
        let mut all = (0..).zip(forms).filter(|(_, form)| settled(form));
        match (all.next(), all.next()) {
            (Some((only, _)), None) => Some(only),
            (None, _) => self.best(forms),
            _ => self.most_known(forms).map(|(index, _)| index),
        }
    }

    /// The form that knows most of the members, if nothing is lost by it.
    fn best(&self, forms: &[Form]) -> Option<usize> {
        let (index, known) = self.most_known(forms)?;
        let own = forms.get(index)?;
        let present = || {
            let present = self.members.iter().filter(|found| !self.is_null(found));
            present.map(|found| found.name(&self.text))
        };
        let lost = present().any(|key| !own.knows(key) && forms.iter().any(|form| form.knows(key)));
        (!lost && known * 2 >= present().count()).then_some(index)
    }

    /// The first of the forms that know most of the members, and how many: of those that are settled, if any is.
    fn most_known(&self, forms: &[Form]) -> Option<(usize, usize)> {
        let mut best: Option<(bool, usize, usize)> = None;
        for (index, form) in forms.iter().enumerate() {
            let Some((settled, known)) = self.fits(form) else {
                continue;
            };
            let better =
                best.is_none_or(|(was_settled, most, _)| (settled, known) > (was_settled, most));
            if better && known > 0 {
                best = Some((settled, known, index));
            }
        }
        best.map(|(_, known, index)| (index, known))
    }

    /// Whether the constants settle that this is the form, and how many members the form knows.
    fn fits(&self, form: &Form) -> Option<(bool, usize)> {
        let (settled, mut known) = self.constants(form)?;
        for (key, shapes) in form.members {
            let shape = self.shape(key);
            if shape.is_empty() {
                continue;
            }
            if !settled && !is_one_of(shape, shapes) {
                return None;
            }
            known += usize::from(settled || self.is_known_inside(key, form.inside));
        }
        Some((settled, known))
    }

    /// Whether all constants of the form are there, and how many are; nothing if one is contradicted.
    fn constants(&self, form: &Form) -> Option<(bool, usize)> {
        let mut known = 0;
        for (key, value) in form.constants {
            if self.has(key) {
                if self.tag(key).as_deref() != Some(*value) {
                    return None;
                }
                known += 1;
            }
        }
        Some((known > 0 && known == form.constants.len(), known))
    }

    /// Whether the object under this key is empty or has a member that it should have there; everything else does.
    fn is_known_inside(&self, key: &str, inside: &[(&str, &[&str])]) -> bool {
        let Some((_, names)) = inside.iter().find(|(object, _)| *object == key) else {
            return true;
        };
        let value = self.member(key).unwrap_or_default();
        // What cannot be walked through cannot be read either, and is told then.
        members(value).map_or(true, |found| {
            found.is_empty() || found.iter().any(|found| names.contains(&found.name(value)))
        })
    }
}

/// Which alternative the value is that `text` begins with.
pub(super) fn ahead(
    text: &str,
    kinds: &[(Kind, &str)],
    forms: &[Form],
    has_rest: bool,
) -> Result<Chosen, &'static str> {
    if kind(text) != Kind::Object {
        let raw = Raw {
            text: text.into(),
            members: Vec::new(),
        };
        return Ok(raw.choose(kinds, forms, has_rest));
    }
    if !kinds.iter().any(|(kind, _)| *kind == Kind::Object) {
        if let Some(form) = settled(text, forms) {
            return Ok(Chosen::Form(form));
        }
    }
    let raw = Raw {
        text: text.into(),
        members: members(text)?,
    };
    Ok(raw.choose(kinds, forms, has_rest))
}

/// The form that the first constant settles, whatever else follows. Names that come twice are not seen.
fn settled(text: &str, forms: &[Form]) -> Option<usize> {
    let is_constant = |name: &str| {
        let mut constants = forms.iter().flat_map(|form| form.constants);
        constants.any(|(key, _)| *key == name)
    };
    let (name, value) = glance::scalars(text).find(|(name, _)| is_constant(name))?;
    let value = value?;
    let mut settled = None;
    for (index, form) in (0..).zip(forms) {
        let mut of_it = form.constants.iter().filter(|(key, _)| *key == name);
        match (of_it.next(), form.constants.len()) {
            (Some((_, constant)), _) if *constant != value => {}
            (Some(_), 1) if settled.is_none() => settled = Some(index),
            (None, 0) => {}
            // Other constants have a say.
            _ => return None,
        }
    }
    settled
}
