//! Templates, keyed and plain: a signature that no secret made is never believed.
#![no_main]

use std::borrow::Cow;

use hooktide_fuzz::{Input, with_request};
use hooktide_verify::{
    Encoding, Hash, KeyForm, NoKnownKeys, Now, Part, Scheme, Secret, SignatureAt, Template, TimeUnit,
    Timestamp, TimestampAt, verify,
};
use libfuzzer_sys::fuzz_target;

const UNITS: [TimeUnit; 4] =
    [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Rfc3339, TimeUnit::HttpDate];

fn signature(choice: usize) -> SignatureAt {
    match choice {
        0 => SignatureAt::header("x-sig", "sha256="),
        1 => {
            SignatureAt::Header { name: Cow::Borrowed("x-sig"), prefix: Cow::Borrowed(""), may_repeat: true }
        }
        2 => SignatureAt::fields("x-sig", ',', &[Cow::Borrowed("v1")]),
        3 => SignatureAt::List { name: Cow::Borrowed("x-sig"), separator: ',', prefix: Cow::Borrowed("") },
        4 => SignatureAt::Headers { names: Cow::Borrowed(&[Cow::Borrowed("x-sig"), Cow::Borrowed("x-two")]) },
        _ => SignatureAt::BodyField(Cow::Borrowed("/signature")),
    }
}

fn time(choice: usize) -> TimestampAt {
    match choice {
        0 => TimestampAt::Header(Cow::Borrowed("x-two")),
        1 => TimestampAt::Field(Cow::Borrowed("t")),
        2 => TimestampAt::FirstOfList,
        _ => TimestampAt::BodyField(Cow::Borrowed("/time")),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let timestamp = Timestamp::of_any_age(time(input.choice(4)), UNITS[input.choice(UNITS.len())]);
    let template = Template::of(
        &[Part::Timestamp, Part::Body],
        Hash::ALL[input.choice(Hash::ALL.len())],
        Encoding::ALL[input.choice(Encoding::ALL.len())],
        signature(input.choice(6)),
        Some(timestamp),
    );
    let template = template.keyed(KeyForm::ALL[input.choice(KeyForm::ALL.len())]);
    let scheme = if input.choice(2) == 0 {
        Scheme::Hmac(template)
    } else {
        let mut template = template;
        template.parts.to_mut().push(Part::Secret);
        Scheme::PlainHash(template)
    };
    with_request(&mut input, &["x-sig", "x-two", "x-sig"], |request| {
        let secrets = [Secret::new("a", "YS1zZWNyZXQtbm9ib2R5LWtub3dzOg==")];
        let verdict = verify(&scheme, &secrets, request, Now::from_unix_s(1_790_000_000), &NoKnownKeys);
        assert!(verdict.accepted().is_none(), "{scheme:?}");
    });
});
