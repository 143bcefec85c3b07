//! Layers that functions refer to.

use crate::admitted::admitted;
use crate::caller::Caller;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::text::text;

/// As AWS prints it (quoted in public reports): the model has another pair of parentheses around it.
static LAYER_VERSION_ARN: Pattern = Pattern::regex(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)",
);

pub(crate) const LAYER_VERSION_ARN_SHAPE: Shape = Shape::String(LayerVersionArn::RULES);

pub(crate) const LAYERS_SHAPE: Shape = Shape::List(ListRules {
    item: &LAYER_VERSION_ARN_SHAPE,
    words: ItemWords::NestedNotNull,
    length: Bounds::NONE,
});

/// How many layers a function can refer to (recorded from AWS).
pub const LAYERS_MAX: usize = 5;

text! {
    /// The ARN of a version of a layer. Its form is checked, its existence is not.
    pub struct LayerVersionArn = "the ARN of a layer version",
        TextRules::ANY.length(1, 2048).pattern(&LAYER_VERSION_ARN);
}

impl LayerVersionArn {
    /// Returns the region in the ARN; empty for the layers of the service itself.
    #[must_use]
    pub fn region(&self) -> &str {
        self.as_str().split(':').nth(3).unwrap_or_default()
    }

    /// Returns the ARN of the layer: without the version.
    #[must_use]
    pub fn layer_arn(&self) -> &str {
        let (layer, last) = self.as_str().rsplit_once(':').unwrap_or((self.as_str(), ""));
        let versioned = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        if versioned && !self.region().is_empty() { layer } else { self.as_str() }
    }
}

/// Takes admitted ARNs, unless they are too many, of another region, or name a layer twice.
///
/// # Errors
/// The texts are recorded from AWS, the order among them is chosen.
pub(crate) fn resolve_layers(
    caller: &Caller,
    layers: Vec<String>,
) -> Result<Vec<LayerVersionArn>, Rejection> {
    if layers.len() > LAYERS_MAX {
        return Err(Rejection::invalid(format!("Cannot reference more than {LAYERS_MAX} layers.")));
    }
    let layers: Vec<LayerVersionArn> = layers.iter().map(|arn| admitted(arn)).collect();
    let here = caller.region.as_str();
    if layers.iter().any(|layer| !layer.region().is_empty() && layer.region() != here) {
        return Err(Rejection::invalid(format!(
            "Layers are not in the same region as the function. Layers are expected to be in region {here}."
        )));
    }
    match repeated(&layers) {
        Some((first, second)) => Err(Rejection::invalid(format!(
            "Two different versions of the same layer are not allowed to be referenced in the same function. {first} \
             and {second} are versions of the same layer."
        ))),
        None => Ok(layers),
    }
}

fn repeated(layers: &[LayerVersionArn]) -> Option<(&LayerVersionArn, &LayerVersionArn)> {
    layers.iter().enumerate().find_map(|(index, second)| {
        let earlier = layers.iter().take(index);
        earlier.into_iter().find(|first| first.layer_arn() == second.layer_arn()).map(|first| (first, second))
    })
}

#[cfg(test)]
mod tests {
    use super::resolve_layers;
    use crate::caller::Caller;

    fn check(layers: &[&str], expected: Result<usize, &str>) {
        let caller =
            Caller { account: "111111111111".parse().unwrap(), region: "us-east-1".parse().unwrap() };
        let found = resolve_layers(&caller, layers.iter().map(|layer| (*layer).to_owned()).collect());
        let found = found.map(|layers| layers.len()).map_err(|rejection| rejection.to_string());
        assert_eq!(found.as_ref().map_err(String::as_str), expected.as_ref().map_err(|text| *text));
    }

    #[test]
    fn resolved_or_refused() {
        let [a1, a2, b1, elsewhere] = [
            "arn:aws:lambda:us-east-1:111111111111:layer:a:1",
            "arn:aws:lambda:us-east-1:111111111111:layer:a:2",
            "arn:aws:lambda:us-east-1:111111111111:layer:b:1",
            "arn:aws:lambda:eu-west-1:111111111111:layer:a:1",
        ];
        check(&[], Ok(0));
        check(&[a1, b1, "arn:aws:lambda:::awslayer:AmazonLinux1803"], Ok(3));
        check(&[a1, b1, a1, b1, a1, b1], Err("Cannot reference more than 5 layers."));
        let region = "Layers are not in the same region as the function. Layers are expected to be in region us-east-1.";
        check(&[a1, elsewhere], Err(region));
        for twice in [a1, a2] {
            let text = format!(
                "Two different versions of the same layer are not allowed to be referenced in the same function. {a1} \
                 and {twice} are versions of the same layer."
            );
            check(&[a1, b1, twice], Err(&text));
        }
    }
}
