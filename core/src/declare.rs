//! The macros that declare parameter structs, models, ids and open enums, each with its rules, once.
//!
//! Serde gives the wire form, schemars (feature `schema`, for the generator alone) the names, types, rules and docs.

/// Declares the arguments of an operation: `path`, `positional` and `required` go through `new`, `optional` through setters.
/// What is `positional` stands without a name in every language, behind the ids of the path.
///
/// `where length(min = 3, max = 100)` and `where range(min = 0, max = 100)` are checked before sending and reach the schema.
/// `optional, at_least_one` refuses a call that gives none of them. `as "emotion_model"` is the name in the request where that
/// is not the camel case of the field; callers of every language, and errors, keep to the field's name.
///
/// `=> "module::function"` names the function that writes the value where the service wants another form than callers give.
/// After the struct, `check: function;` adds rules over several fields, and `normalise: function;` brings other spellings of
/// arguments that come by name to the one form.
macro_rules! parameters {
    (
        $(#[doc = $doc:expr])*
        pub struct $name:ident {
            $(path { $($(#[doc = $pdoc:expr])* $pname:ident : $pty:ty),* $(,)? })?
            $(positional { $($(#[doc = $mdoc:expr])* $mname:ident : $mty:ty $(where $mrule:ident ($($margs:tt)*))?),* $(,)? })?
            $(required { $($(#[doc = $rdoc:expr])* $rname:ident : $rty:ty $(as $rwire:literal)? $(where $rrule:ident ($($rargs:tt)*))? $(=> $rwriter:literal)?),* $(,)? })?
            $(optional $(, $whole:ident)? { $($(#[doc = $odoc:expr])* $oname:ident : $oty:ty $(as $owire:literal)? $(where $orule:ident ($($oargs:tt)*))? $(=> $owriter:literal)?),* $(,)? })?
        }
        $(check: $check:path;)?
        $(normalise: $normalise:expr;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[cfg_attr(feature = "schema", schemars(extend("x-order" = [
            $($(stringify!($pname),)*)? $($(stringify!($mname),)*)? $($(stringify!($rname),)*)? $($(stringify!($oname),)*)?
        ])))]
        #[non_exhaustive]
        pub struct $name {
            $($(
                $(#[doc = $pdoc])*
                #[serde(skip_serializing)]
                #[cfg_attr(feature = "schema", schemars(extend("x-in" = "path")))]
                pub $pname: $pty,
            )*)?
            $($(
                $(#[doc = $mdoc])*
                #[cfg_attr(feature = "schema", schemars(extend("x-in" = "place")))]
                $(#[cfg_attr(feature = "schema", schemars($mrule($($margs)*)))])?
                pub $mname: $mty,
            )*)?
            $($(
                $(#[doc = $rdoc])*
                $(#[serde(rename(serialize = $rwire))])?
                $(#[cfg_attr(feature = "schema", schemars(extend("x-wire" = $rwire)))])?
                $(#[cfg_attr(feature = "schema", schemars($rrule($($rargs)*)))])?
                $(#[serde(serialize_with = $rwriter)] #[cfg_attr(feature = "schema", schemars(extend("x-rewritten" = true)))])?
                pub $rname: $rty,
            )*)?
            $($(
                $(#[doc = $odoc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                $(#[serde(rename(serialize = $owire))])?
                $(#[cfg_attr(feature = "schema", schemars(extend("x-wire" = $owire)))])?
                $(#[cfg_attr(feature = "schema", schemars($orule($($oargs)*)))])?
                $(#[serde(serialize_with = $owriter)] #[cfg_attr(feature = "schema", schemars(extend("x-rewritten" = true)))])?
                pub $oname: Option<$oty>,
            )*)?
        }

        impl $name {
            /// All that is required; the rest has setters.
            pub fn new($($($pname: impl Into<$pty>,)*)? $($($mname: impl Into<$mty>,)*)? $($($rname: impl Into<$rty>,)*)?) -> Self {
                Self {
                    $($($pname: $pname.into(),)*)?
                    $($($mname: $mname.into(),)*)?
                    $($($rname: $rname.into(),)*)?
                    $($($oname: None,)*)?
                }
            }

            $($(
                $(#[doc = $odoc])*
                pub fn $oname(mut self, $oname: impl crate::value::Argument<$oty>) -> Self {
                    self.$oname = Some($oname.into_argument());
                    self
                }
            )*)?
        }

        impl crate::value::Argument<$name> for $name {
            fn into_argument(self) -> $name {
                self
            }
        }

        impl crate::rules::Arguments for $name {
            $(const NORMALISE: Option<crate::document::Normalise> = Some($normalise);)?

            fn path_arguments(&self) -> Vec<(&'static str, &str)> {
                vec![$($((stringify!($pname), self.$pname.as_str()),)*)?]
            }
        }

        impl crate::rules::Check for $name {
            fn check(&self, path: crate::rules::FieldPath<'_>) -> crate::Result<()> {
                $($(
                    crate::rules::Check::check(&self.$pname, path.member(stringify!($pname)))?;
                )*)?
                $($(
                    let field = path.member(stringify!($mname));
                    $(crate::rules::rule!($mrule($($margs)*), &self.$mname, field);)?
                    crate::rules::Check::check(&self.$mname, field)?;
                )*)?
                $($(
                    let field = path.member(stringify!($rname));
                    $(crate::rules::rule!($rrule($($rargs)*), &self.$rname, field);)?
                    crate::rules::Check::check(&self.$rname, field)?;
                )*)?
                $($(
                    if let Some(value) = &self.$oname {
                        let field = path.member(stringify!($oname));
                        $(crate::rules::rule!($orule($($oargs)*), value, field);)?
                        crate::rules::Check::check(value, field)?;
                    }
                )*)?
                let given: &[bool] = &[$($(self.$oname.is_some()),*)?];
                $($(crate::rules::$whole(given, path)?;)?)?
                $($check(self, path)?;)?
                let _ = (path, given);
                Ok(())
            }
        }
    };
}

/// Declares a model: what the server answers. Missing optional members are absent, unknown ones are kept in the document.
macro_rules! model {
    (
        $(#[doc = $doc:expr])*
        pub struct $name:ident {
            $(required { $($(#[doc = $rdoc:expr])* $rname:ident : $rty:ty $(as $rwire:literal)?),* $(,)? })?
            $(optional { $($(#[doc = $odoc:expr])* $oname:ident : $oty:ty $(as $owire:literal)?),* $(,)? })?
        }
        $(plural: $plural:literal;)?
        $(normalise: $normalise:expr;)?
        $(placeholder: $placeholder:ident;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        #[cfg_attr(feature = "schema", schemars(extend("x-order" = [
            $($(model!(@order $rname $($rwire)?),)*)? $($(model!(@order $oname $($owire)?),)*)?
        ])))]
        #[non_exhaustive]
        pub struct $name {
            $($(
                $(#[doc = $rdoc])*
                $(#[serde(rename = $rwire)])?
                pub $rname: $rty,
            )*)?
            $($(
                $(#[doc = $odoc])*
                $(#[serde(rename = $owire)])?
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $oname: Option<$oty>,
            )*)?
        }

        impl crate::document::Model for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [(&'static str, Option<&'static str>)] = &[
                $($((stringify!($rname), model!(@wire $($rwire)?)),)*)?
                $($((stringify!($oname), model!(@wire $($owire)?)),)*)?
            ];
            $(const PLURAL: &'static str = $plural;)?
            $(const NORMALISE: Option<crate::document::Normalise> = Some($normalise);)?
        }

        impl crate::operation::FromDocument for $name {
            const SHAPE: crate::operation::Shape = crate::operation::Shape::Object;
            const MODEL: &'static str = stringify!($name);
            const LAYOUT: crate::document::Layout =
                crate::document::Layout { list: None, normalise: <Self as crate::document::Model>::NORMALISE };

            #[cfg(feature = "schema")]
            fn model_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }

            fn from_document(
                document: &std::sync::Arc<crate::document::Document>,
                _: &http::HeaderMap,
            ) -> Result<Self, crate::operation::Undecodable> {
                document.decode().map_err(crate::operation::Undecodable)
            }

            $(
                fn is_placeholder(&self) -> bool {
                    self.$placeholder
                }
            )?
        }
    };
    (@order $name:ident) => { stringify!($name) };
    (@order $name:ident $wire:literal) => { [stringify!($name), $wire] };
    (@wire) => { None };
    (@wire $wire:literal) => { Some($wire) };
}

/// Declares an id: text that is never parsed, and never taken for the id of another kind of record.
macro_rules! id {
    ($(#[doc = $doc:expr])* $name:ident) => {
        id!($(#[doc = $doc])* $name, checked by crate::rules::id);
    };
    ($(#[doc = $doc:expr])* $name:ident, checked by $rule:path) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }

        impl crate::value::Argument<$name> for $name {
            fn into_argument(self) -> $name {
                self
            }
        }

        impl crate::value::Argument<$name> for &$name {
            fn into_argument(self) -> $name {
                self.clone()
            }
        }

        impl crate::value::Argument<$name> for &str {
            fn into_argument(self) -> $name {
                self.into()
            }
        }

        impl crate::rules::Check for $name {
            fn check(&self, path: crate::rules::FieldPath<'_>) -> crate::Result<()> {
                $rule(&self.0, path)
            }
        }
    };
}

/// Declares a set of words that may grow: what is not known is kept as it came.
macro_rules! open_enum {
    (
        $(#[doc = $doc:expr])*
        pub enum $name:ident { $($(#[doc = $vdoc:expr])* $variant:ident = $word:literal),* $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $vdoc])* $variant,)*
            /// A word that this version does not know, kept as it came.
            Unknown(String),
        }

        impl $name {
            /// The words that this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($word),*];

            /// The word as it stands in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(&*<std::borrow::Cow<'de, str>>::deserialize(deserializer)?))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": concat!($($doc, "\n"),*),
                    "x-open-enum": Self::KNOWN,
                    "x-word-names": [$(stringify!($variant)),*],
                    "x-word-docs": [$(concat!($($vdoc, "\n"),*)),*],
                })
            }
        }

        impl crate::value::Argument<$name> for $name {
            fn into_argument(self) -> $name {
                self
            }
        }

        impl crate::value::Argument<$name> for &str {
            fn into_argument(self) -> $name {
                self.into()
            }
        }

        impl crate::rules::Check for $name {
            fn check(&self, path: crate::rules::FieldPath<'_>) -> crate::Result<()> {
                crate::rules::word(self.as_str(), path)
            }
        }
    };
}
/// Declares a set of numbers that may grow: a number that has no name here is kept as it came.
///
/// `closed: "100, 250 or 500";` says that the service takes no others as an argument.
macro_rules! open_code {
    (
        $(#[doc = $doc:expr])*
        pub struct $name:ident { $($(#[doc = $vdoc:expr])* $constant:ident = $code:literal),* $(,)? }
        $(closed: $choice:literal;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            $($(#[doc = $vdoc])* pub const $constant: Self = Self($code);)*
        }

        impl From<u32> for $name {
            fn from(code: u32) -> Self {
                Self(code)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "integer",
                    "description": concat!($($doc, "\n"),*),
                    "x-codes": [$({"code": $code, "name": stringify!($constant), "docs": concat!($($vdoc, "\n"),*)}),*],
                })
            }
        }

        impl crate::value::Argument<$name> for $name {
            fn into_argument(self) -> $name {
                self
            }
        }

        impl crate::value::Argument<$name> for u32 {
            fn into_argument(self) -> $name {
                $name(self)
            }
        }

        impl crate::rules::Check for $name {
            fn check(&self, path: crate::rules::FieldPath<'_>) -> crate::Result<()> {
                let choice: Option<&str> = open_code!(@choice $($choice)?);
                match choice {
                    Some(choice) if ![$($code),*].contains(&self.0) => {
                        Err(path.broken(format!("{choice}, not {}", self.0)))
                    }
                    _ => Ok(()),
                }
            }
        }
    };
    (@choice) => { None };
    (@choice $choice:literal) => { Some($choice) };
}
pub(crate) use {id, model, open_code, open_enum, parameters};
