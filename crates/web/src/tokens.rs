//! Design tokens: the one place where a colour is written down.
//!
//! The stylesheet uses only the custom properties made here, so a test can check every pair of text and
//! background, in both themes, against WCAG 2.2 AA.

/// One colour, in the light and in the dark theme.
pub struct Colour {
    pub name: &'static str,
    pub light: &'static str,
    pub dark: &'static str,
}

const fn c(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

/// Every colour of the product. Names say the job, not the hue.
pub const COLOURS: &[Colour] = &[
    // surfaces, from back to front
    c("canvas", "#f6f6f8", "#0d0d11"),
    c("surface", "#ffffff", "#15151b"),
    c("raised", "#fbfbfc", "#1b1b22"),
    c("hover", "#f2f2f5", "#202028"),
    c("sunken", "#ebebef", "#26262f"),
    c("line", "#e4e4ea", "#282832"),
    c("line-strong", "#85858f", "#6e6e7c"),
    // text
    c("text", "#18181d", "#eeeef3"),
    c("text-2", "#53535f", "#b0b0bd"),
    c("text-3", "#65656f", "#9393a1"),
    // the one brand hue: selection, focus, links, primary action
    c("accent", "#5046c4", "#b3a8ff"),
    c("accent-solid", "#5046c4", "#6558dd"),
    c("on-accent", "#ffffff", "#ffffff"),
    c("accent-soft", "#efedfc", "#252041"),
    c("focus", "#6a5cf0", "#9d90ff"),
    // the four levels, shared by event grades (I to IV) and warnings (red to blue)
    c("l1", "#c0212a", "#d5323a"),
    c("on-l1", "#ffffff", "#ffffff"),
    c("l1-soft", "#fdebeb", "#361418"),
    c("l1-text", "#a3181f", "#ff9b9d"),
    c("l2", "#c14d06", "#f1781f"),
    c("on-l2", "#ffffff", "#1f0e00"),
    c("l2-soft", "#fff0e2", "#331b08"),
    c("l2-text", "#8f3c05", "#ffab6b"),
    c("l3", "#f4c60b", "#f0cc1f"),
    c("on-l3", "#2a2100", "#231b00"),
    c("l3-soft", "#fdf4cb", "#2c2507"),
    c("l3-text", "#695000", "#efd25a"),
    c("l4", "#1c61d4", "#2e6de0"),
    c("on-l4", "#ffffff", "#ffffff"),
    c("l4-soft", "#e7f0fd", "#11233f"),
    c("l4-text", "#194da8", "#8fbcff"),
    // outcome of a step
    c("good", "#17784a", "#4cc38a"),
    c("good-soft", "#e4f5eb", "#0f2a1e"),
    c("good-text", "#12633c", "#67d6a2"),
    // chart series, ordered so that neighbours differ in lightness and hue
    c("s1", "#6454dd", "#8f80ff"),
    c("s2", "#0e9488", "#2dbdb0"),
    c("s3", "#c9528a", "#ea76ab"),
    c("s4", "#a87f1c", "#cfa548"),
    c("s5", "#5d8a34", "#87b85a"),
    c("s6", "#83838f", "#7f7f8d"),
    // heat table, one hue, six steps
    c("h0", "#f4f4f7", "#1b1b22"),
    c("h1", "#e6e3fa", "#231f3e"),
    c("h2", "#cdc7f5", "#312a61"),
    c("h3", "#aca2ec", "#443a8c"),
    c("h4", "#6c5dd3", "#6255c6"),
    c("h5", "#43379f", "#b3a8ff"),
    c("on-h0", "#18181d", "#eeeef3"),
    c("on-h1", "#18181d", "#eeeef3"),
    c("on-h2", "#18181d", "#eeeef3"),
    c("on-h3", "#18181d", "#eeeef3"),
    c("on-h4", "#ffffff", "#ffffff"),
    c("on-h5", "#ffffff", "#18181d"),
];

/// Pairs that must reach a contrast ratio in both themes: (front, back, ratio).
pub const PAIRS: &[(&str, &str, f64)] = &[
    ("text", "canvas", 7.0),
    ("text", "surface", 7.0),
    ("text", "hover", 7.0),
    ("text-2", "canvas", 4.5),
    ("text-2", "surface", 4.5),
    ("text-2", "hover", 4.5),
    ("text-2", "sunken", 4.5),
    ("text-3", "canvas", 4.5),
    ("text-3", "surface", 4.5),
    ("text-3", "hover", 4.5),
    ("text-3", "accent-soft", 4.5),
    ("text", "accent-soft", 7.0),
    ("accent", "surface", 4.5),
    ("accent", "canvas", 4.5),
    ("accent", "accent-soft", 4.5),
    ("on-accent", "accent-solid", 4.5),
    ("focus", "surface", 3.0),
    ("focus", "canvas", 3.0),
    ("line-strong", "surface", 3.0),
    ("line-strong", "canvas", 3.0),
    ("on-l1", "l1", 4.5),
    ("on-l2", "l2", 4.5),
    ("on-l3", "l3", 4.5),
    ("on-l4", "l4", 4.5),
    ("l1-text", "l1-soft", 4.5),
    ("l2-text", "l2-soft", 4.5),
    ("l3-text", "l3-soft", 4.5),
    ("l4-text", "l4-soft", 4.5),
    ("l1-text", "surface", 4.5),
    ("l2-text", "surface", 4.5),
    ("l3-text", "surface", 4.5),
    ("l4-text", "surface", 4.5),
    ("l1-text", "hover", 4.5),
    ("l2-text", "hover", 4.5),
    ("good-text", "good-soft", 4.5),
    ("good-text", "surface", 4.5),
    ("good", "surface", 3.0),
    ("s1", "surface", 3.0),
    ("s2", "surface", 3.0),
    ("s3", "surface", 3.0),
    ("s4", "surface", 3.0),
    ("s5", "surface", 3.0),
    ("s6", "surface", 3.0),
    ("on-h0", "h0", 4.5),
    ("on-h1", "h1", 4.5),
    ("on-h2", "h2", 4.5),
    ("on-h3", "h3", 4.5),
    ("on-h4", "h4", 4.5),
    ("on-h5", "h5", 4.5),
    ("good-text", "hover", 4.5),
    ("l3-text", "hover", 4.5),
    ("accent", "hover", 4.5),
    ("text-2", "raised", 4.5),
    ("text-3", "raised", 4.5),
    ("text-2", "l1-soft", 4.5),
];

/// The tokens as CSS: light by default, dark by choice or by the system's wish.
pub fn css() -> String {
    let block = |pick: fn(&Colour) -> &'static str| {
        COLOURS.iter().fold(String::new(), |css, c| css + "--" + c.name + ":" + pick(c) + ";")
    };
    let light = block(|c| c.light);
    let dark = block(|c| c.dark);
    format!(
        "@layer tokens{{\
         :root{{color-scheme:light;{light}}}\
         :root[data-theme=dark]{{color-scheme:dark;{dark}}}\
         @media (prefers-color-scheme:dark){{:root[data-theme=auto]{{color-scheme:dark;{dark}}}}}\
         @media print{{:root,:root[data-theme]{{color-scheme:light;{light}}}}}\
         }}\n"
    )
}

#[cfg(test)]
mod tests;
