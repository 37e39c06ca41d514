//! Writes XML as far as AWS's Query protocol needs it: elements, text and one namespace.
//!
//! An XML library would bring fallible writing and events for what is three functions here; the answers are parsed with
//! one in the tests.

/// An XML text that grows.
#[derive(Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// `<name>text</name>`
    pub(crate) fn leaf(&mut self, name: &str, text: impl std::fmt::Display) {
        self.open(name);
        self.text(&text.to_string());
        self.close(name);
    }

    /// `<name>...</name>` around what `inside` writes.
    pub(crate) fn node(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        self.open(name);
        inside(self);
        self.close(name);
    }

    /// As [`Xml::node`], in a namespace; no namespace if it is empty.
    pub(crate) fn document(&mut self, name: &str, namespace: &str, inside: impl FnOnce(&mut Xml)) {
        match namespace {
            "" => self.open(name),
            _ => self.0.extend(["<", name, " xmlns=\"", namespace, "\">"]),
        }
        inside(self);
        self.close(name);
    }

    /// What was written already, as it is.
    pub(crate) fn raw(&mut self, xml: &str) {
        self.0.push_str(xml);
    }

    /// A list as the Query protocol has it: each item in an element called `member`.
    pub(crate) fn list<T>(&mut self, name: &str, items: &[T], each: impl Fn(&mut Xml, &T)) {
        self.node(name, |x| items.iter().for_each(|item| x.node("member", |x| each(x, item))));
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn open(&mut self, name: &str) {
        self.0.extend(["<", name, ">"]);
    }

    fn close(&mut self, name: &str) {
        self.0.extend(["</", name, ">"]);
    }

    /// Text, escaped.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                '\r' => self.0.push_str("&#xD;"),
                // XML 1.0 cannot represent the other control characters.
                c if c.is_control() && c != '\n' && c != '\t' => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;

    use super::*;

    #[test]
    fn lists_have_members() {
        let mut xml = Xml::default();
        xml.document("R", "urn:x", |x| x.list("Users", &["a", "b&c"], |x, name| x.leaf("UserName", name)));
        insta::assert_snapshot!(xml.finish(), @r#"<R xmlns="urn:x"><Users><member><UserName>a</UserName></member><member><UserName>b&amp;c</UserName></member></Users></R>"#);
    }

    fn text_of(xml: &str) -> String {
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(name) => match name.resolve_char_ref().unwrap() {
                    Some(c) => text.push(c),
                    None => text.push_str(quick_xml::escape::resolve_xml_entity(&name).unwrap()),
                },
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn a_parser_reads_back_what_was_written(text in "[^\\p{C}]{0,40}") {
            let mut xml = Xml::default();
            xml.leaf("T", &text);
            prop_assert_eq!(text_of(&xml.finish()), text);
        }
    }
}
