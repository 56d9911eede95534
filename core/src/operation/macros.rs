//! The macros that declare resources and operations: their table entries and typed methods, once.

/// Declares a resource: the handle that carries its methods.
macro_rules! resource {
    ($(#[doc = $doc:expr])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            client: crate::Client,
        }

        impl $name {
            const DOCS: &'static str = concat!($($doc, "\n"),*);

            pub(crate) fn new(client: crate::Client) -> Self {
                Self { client }
            }
        }

        type Resource = $name;
    };
}

/// Declares an operation: its table entry and the typed method of its resource.
///
/// The doc comment becomes the docstring of every language; lines on credits, quota and errors are generated from the fields.
/// `cache: allowed` says that answers change seldom enough to be kept, `rows: prospects` names the list of a call that does the
/// work of many, `coalesce: AddProspectsBatch { … }` the call that does the work of many of these.
/// `body: AnalysisBody` names what is sent where it differs from the arguments, which have to turn into it (`From`).
macro_rules! operation {
    (@implement $params:ident, $output:ty, $id:expr, $resource_docs:expr, [$($doc:expr),*], $method:ident $path:literal, $group:expr, $tier:ident,
        $price:literal, $retry:ident, $paging:expr, [$($error:ident),*], $source:literal, $timeout:expr, $calls:expr, [$($execute:path)?], [$($body:ty)?], [$($cache:ident)?],
        [$($rows:ident)?], [$($batch:ident { $common:ident, $list:ident, $fault:ident })?]) => {
        impl crate::operation::Operation for $params {
            const SPEC: &'static crate::operation::OperationSpec = &crate::operation::OperationSpec {
                id: $id,
                service: super::SERVICE,
                method: stringify!($method),
                path: $path,
                group: $group,
                tier: crate::quota::Tier::$tier,
                price: $price,
                retry: crate::operation::RetryClass::$retry,
                paging: $paging,
                errors: &[$(stringify!($error)),*],
                source: $source,
                docs: concat!($($doc, "\n"),*),
                resource_docs: $resource_docs,
                timeout: $timeout,
                calls: $calls,
                cacheable: operation!(@cacheable $($cache)?),
                coalesce: operation!(@coalesce $($batch { $common, $list, $fault })?),
                uses: &[],
            };
            type Output = $output;
            type Body = operation!(@body $params $(, $body)?);

            $(
                fn rows(&self) -> usize {
                    self.$rows.len()
                }
            )?

            $(
                fn body(&self) -> crate::Result<Option<bytes::Bytes>> {
                    crate::operation::body_of(&<$body>::from(self))
                }
            )?

            $(
                async fn execute(&self, client: &crate::Client, options: &crate::CallOptions) -> crate::Result<crate::Response<$output>> {
                    $execute(self, client, options).await
                }
            )?
        }
    };
    (@method [$($doc:expr),*] $verb:ident, $params:ident, $shell:ident :: $kind:ident) => {
        impl Resource {
            $(#[doc = $doc])*
            pub fn $verb(&self, parameters: impl Into<$params>) -> $shell::$kind<$params> {
                $shell::$kind::new(self.client.clone(), parameters.into())
            }
        }
    };
    (@method [$($doc:expr),*] $verb:ident, $params:ident, $shell:ident :: $kind:ident, none) => {
        impl Resource {
            $(#[doc = $doc])*
            pub fn $verb(&self) -> $shell::$kind<$params> {
                $shell::$kind::new(self.client.clone(), $params::new())
            }
        }
    };
    (@group per_operation) => { crate::operation::Group::PerOperation };
    (@group $name:literal) => { crate::operation::Group::Shared($name) };
    (@body $params:ty) => { $params };
    (@body $params:ty, $body:ty) => { $body };
    (@cacheable) => { false };
    (@cacheable allowed) => { true };
    (@coalesce) => { None };
    (@coalesce $batch:ident { $common:ident, $list:ident, $fault:ident }) => {
        Some(&crate::saving::Coalescing {
            batch: <$batch as crate::operation::Operation>::SPEC.id,
            common: stringify!($common),
            rows: stringify!($list),
            fault: stringify!($fault),
        })
    };
    (@timeout) => { None };
    (@timeout $seconds:literal) => { Some($seconds) };
    (@calls) => { (1, 1) };
    (@calls $min:literal $max:literal) => { ($min, $max) };

    // A paged list.
    (
        $(#[doc = $doc:expr])*
        $resource:ident . $verb:ident : $params:ident => pages of $item:ident {
            $method:ident $path:literal,
            group: $group:tt, tier: $tier:ident, price: $price:literal, retry: $retry:ident, paging: $style:ident($cap:literal),
            errors: [$($error:ident),*],
            $(arguments: $none:ident,)?
            source: $source:literal $(,)?
        }
    ) => {
        operation!(
            @implement $params, crate::paging::Page<$item>, concat!(stringify!($resource), ".", stringify!($verb)), Resource::DOCS, [$($doc),*],
            $method $path, operation!(@group $group), $tier, $price, $retry,
            crate::operation::Paging { style: crate::operation::PagingStyle::$style, cap: $cap },
            [$($error),*], $source, None, (1, 1), [], [], [], [], []
        );

        impl crate::operation::PagedOperation for $params {
            type Item = $item;
        }

        operation!(@method [$($doc),*] $verb, $params, crate::Paginator $(, $none)?);
    };

    // One answer.
    (
        $(#[doc = $doc:expr])*
        $resource:ident . $verb:ident : $params:ident => $output:ty {
            $method:ident $path:literal,
            group: $group:tt, tier: $tier:ident, price: $price:literal, retry: $retry:ident, paging: none,
            errors: [$($error:ident),*],
            $(arguments: $none:ident,)?
            $(body: $body:ty,)?
            $(timeout: $timeout:literal,)?
            $(calls: $min:literal to $max:literal through $execute:path,)?
            $(cache: $cache:ident,)?
            $(rows: $rows:ident,)?
            $(coalesce: $batch:ident { common: $common:ident, rows: $list:ident, fault: $fault:ident },)?
            source: $source:literal $(,)?
        }
    ) => {
        operation!(
            @implement $params, $output, concat!(stringify!($resource), ".", stringify!($verb)), Resource::DOCS, [$($doc),*],
            $method $path, operation!(@group $group), $tier, $price, $retry, crate::operation::Paging::NONE,
            [$($error),*], $source, operation!(@timeout $($timeout)?), operation!(@calls $($min $max)?), [$($execute)?], [$($body)?],
            [$($cache)?], [$($rows)?], [$($batch { $common, $list, $fault })?]
        );

        operation!(@method [$($doc),*] $verb, $params, crate::Call $(, $none)?);
    };

    // A helper: a method made of calls of other operations. What is not said here is that of the first of them.
    (
        $(#[doc = $doc:expr])*
        helper $resource:ident . $verb:ident : $params:ident => $output:ty {
            uses: [$first:ident $(, $other:ident)*],
            through: $execute:path $(,)?
        }
    ) => {
        impl crate::operation::Operation for $params {
            const SPEC: &'static crate::operation::OperationSpec = &crate::operation::OperationSpec {
                id: concat!(stringify!($resource), ".", stringify!($verb)),
                docs: concat!($($doc, "\n"),*),
                calls: (1, 0),
                uses: &[
                    <$first as crate::operation::Operation>::SPEC.id
                    $(, <$other as crate::operation::Operation>::SPEC.id)*
                ],
                ..*<$first as crate::operation::Operation>::SPEC
            };
            type Output = $output;
            type Body = $params;

            async fn execute(&self, client: &crate::Client, options: &crate::CallOptions) -> crate::Result<crate::Response<$output>> {
                $execute(self, client, options).await
            }
        }

        operation!(@method [$($doc),*] $verb, $params, crate::Call);
    };

    // An operation of the client itself.
    (
        $(#[doc = $doc:expr])*
        $verb:ident : $params:ident => $output:ty {
            $method:ident $path:literal,
            group: $group:tt, tier: $tier:ident, price: $price:literal, retry: $retry:ident, paging: none,
            errors: [$($error:ident),*],
            source: $source:literal $(,)?
        }
    ) => {
        operation!(
            @implement $params, $output, stringify!($verb), "", [$($doc),*],
            $method $path, operation!(@group $group), $tier, $price, $retry, crate::operation::Paging::NONE,
            [$($error),*], $source, None, (1, 1), [], [], [], [], []
        );

        impl crate::Kakiyo {
            $(#[doc = $doc])*
            pub fn $verb(&self) -> crate::Call<$params> {
                crate::Call::new(self.client().clone(), $params::new())
            }
        }
    };
}

pub(crate) use {operation, resource};
