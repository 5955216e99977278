//! `#[derive(Module)]` of `ract-autodiff`, which exports it together with the trait.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Index, Member, Result, parse_macro_input};

/// Implements `Module` for a struct: its parameters are those of its fields, in their order. A field that holds none is
/// marked `#[module(skip)]`.
#[proc_macro_derive(Module, attributes(module))]
pub fn derive_module(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    module(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn module(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "Module can be derived for structs only"));
    };
    let mut fields = Vec::new();
    for (i, field) in data.fields.iter().enumerate() {
        if !is_skipped(field)? {
            let member = field.ident.clone().map_or(Member::Unnamed(Index::from(i)), Member::Named);
            fields.push((member, field));
        }
    }

    // The struct is a module of all numbers of which its fields are modules: so it need not say which.
    let number = quote!(__Number);
    let module = quote!(::ract_autodiff::Module<#number>);
    let mut generics = input.generics.clone();
    generics.params.push(syn::parse2(number.clone())?);
    let of_struct: Vec<_> = input.generics.type_params().map(|param| param.ident.to_string()).collect();
    for (_, field) in &fields {
        let ty = &field.ty;
        // Without this bound, a field of a fixed type that is no module is an error here, not where the struct is used.
        if of_struct.is_empty() || mentions(ty.to_token_stream(), &of_struct) {
            generics.make_where_clause().predicates.push(syn::parse2(quote!(#ty: #module))?);
        }
    }

    let calls = |method: TokenStream, reference: TokenStream| {
        let call = |(member, field): &(Member, &Field)| {
            let ty = &field.ty;
            quote_spanned!(ty.span()=> params.extend(<#ty as #module>::#method(#reference self.#member));)
        };
        fields.iter().map(call).collect::<TokenStream>()
    };
    let (shared, mutable) = (calls(quote!(params), quote!(&)), calls(quote!(params_mut), quote!(&mut)));
    let name = &input.ident;
    let (_, of_name, _) = input.generics.split_for_impl();
    let (of_impl, _, bounds) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #of_impl #module for #name #of_name #bounds {
            fn params(&self) -> ::std::vec::Vec<&::ract_autodiff::Param<#number>> {
                let mut params = ::std::vec::Vec::new();
                #shared
                params
            }

            fn params_mut(&mut self) -> ::std::vec::Vec<&mut ::ract_autodiff::Param<#number>> {
                let mut params = ::std::vec::Vec::new();
                #mutable
                params
            }
        }
    })
}

fn is_skipped(field: &Field) -> Result<bool> {
    let mut skipped = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("module")) {
        attribute.parse_nested_meta(|meta| {
            skipped = meta.path.is_ident("skip");
            if skipped { Ok(()) } else { Err(meta.error("the only mark is #[module(skip)]")) }
        })?;
    }
    Ok(skipped)
}

/// Whether one of the names stands in a type.
fn mentions(ty: TokenStream, names: &[String]) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
