//! Names that are slugs: one private string, one way in.

/// Why a text is no name of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: {wanted}")]
pub struct BadName {
    /// What it was meant to be, such as `organisation handle`.
    pub kind: &'static str,
    /// The offending text, cut to 80 characters.
    pub text: String,
    /// What such a name looks like.
    pub wanted: &'static str,
}

impl BadName {
    pub(crate) fn new(kind: &'static str, text: &str, wanted: &'static str) -> Self {
        Self { kind, text: text.chars().take(80).collect(), wanted }
    }
}

/// Declares a name: a string newtype whose only entrance is its parser.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $wanted:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::name::BadName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let allowed: fn(char) -> bool = $allowed;
                if text.is_empty() || text.len() > 96 || !text.chars().all(allowed) {
                    return Err($crate::name::BadName::new($kind, text, $wanted));
                }
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::name::BadName;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({:?})", stringify!($type), self.0)
            }
        }
    };
}
pub(crate) use name;
