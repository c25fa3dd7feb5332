//! Inter for the interface, JetBrains Mono for values, Lucide for icons; for what they lack,
//! egui's own fonts, then the system's.
//!
//! The embedded fonts look the same on every machine; [`use_system_fonts`] is left out where a
//! picture must too.

use std::sync::{Arc, LazyLock};

use egui::epaint::text::VariationCoords;
use egui::{Context, FontData, FontDefinitions, FontFamily, FontId, FontTweak};

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter.ttf");
const JETBRAINS_MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono.ttf");

static MEDIUM: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("medium".into()));
static SEMIBOLD: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("semibold".into()));
static MONO_BOLD: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("mono bold".into()));
static ICONS: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("icons".into()));

pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

pub fn medium(size: f32) -> FontId {
    FontId::new(size, MEDIUM.clone())
}

pub fn semibold(size: f32) -> FontId {
    FontId::new(size, SEMIBOLD.clone())
}

pub fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

pub fn mono_bold(size: f32) -> FontId {
    FontId::new(size, MONO_BOLD.clone())
}

pub fn icons(size: f32) -> FontId {
    FontId::new(size, ICONS.clone())
}

/// Which shapes Han characters take where a text does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CjkPreference {
    /// By the locale; without one, Japanese.
    #[default]
    System,
    SimplifiedChinese,
    TraditionalChinese,
    Japanese,
    Korean,
}

/// Sets the embedded fonts. Call once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(definitions());
}

/// Looks for characters that no embedded font has among the fonts of the system.
///
/// Replaces the provider that eframe sets by itself; safe to call again when the preference
/// changes. The list of system fonts is read on a thread, and waited for only at the first
/// character that is missing.
pub fn use_system_fonts(ctx: &Context, preference: CjkPreference) {
    let provider = egui_system_font_provider::SystemFontProvider::new();
    let provider = match preference {
        CjkPreference::System => provider,
        CjkPreference::SimplifiedChinese => provider.with_locale(Some("zh-Hans")),
        CjkPreference::TraditionalChinese => provider.with_locale(Some("zh-Hant")),
        CjkPreference::Japanese => provider.with_locale(Some("ja")),
        CjkPreference::Korean => provider.with_locale(Some("ko")),
    };
    ctx.set_font_providers(vec![Arc::new(provider)]);
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let stock: Vec<String> = fonts.families[&FontFamily::Monospace].clone();
    for (family, name, data) in [
        (FontFamily::Proportional, "inter", weighted(INTER, 400.0)),
        (MEDIUM.clone(), "inter medium", weighted(INTER, 500.0)),
        (SEMIBOLD.clone(), "inter semibold", weighted(INTER, 600.0)),
        (FontFamily::Monospace, "mono", weighted(JETBRAINS_MONO, 400.0)),
        (MONO_BOLD.clone(), "mono bold", weighted(JETBRAINS_MONO, 700.0)),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
        let mut chain = vec![name.to_owned()];
        // Each covers what the other lacks: Inter has ⌫ and ↵, JetBrains Mono ⟨⟩ and boxes.
        chain.push(if name.starts_with("inter") { "mono" } else { "inter" }.to_owned());
        chain.extend(stock.iter().cloned());
        fonts.families.insert(family, chain);
    }
    // A family of its own: private-use characters in data must never turn into our icons.
    let icons = FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES).tweak(FontTweak {
        // Its line is 1.09 em high and an icon fills the lower 1 em: back to the middle.
        y_offset_factor: 0.045,
        ..FontTweak::default()
    });
    fonts.font_data.insert("icons".to_owned(), Arc::new(icons));
    fonts.families.insert(ICONS.clone(), vec!["icons".to_owned()]);
    fonts
}

fn weighted(font: &'static [u8], weight: f32) -> FontData {
    FontData::from_static(font)
        .tweak(FontTweak { coords: VariationCoords::new([(b"wght", weight)]), ..FontTweak::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_fonts_hold_what_the_window_writes() {
        let ctx = Context::default();
        install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for font in [regular(13.0), medium(13.0), semibold(13.0), mono(12.0), mono_bold(12.0)] {
                for character in "aß€Ωж…·›→←↑↓⟨⟩⌘⇧●×−≠┌│".chars() {
                    let found = ui.fonts_mut(|fonts| fonts.has_glyph(&font, character));
                    assert!(found, "{font:?} lacks '{character}'");
                }
            }
        });
        output.textures_delta.clear();
    }

    #[test]
    fn weights_are_drawn_differently() {
        let ctx = Context::default();
        install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let [regular, semibold] = [regular(13.0), semibold(13.0)]
                .map(|font| ui.fonts_mut(|fonts| fonts.glyph_width(&font, 'n')));
            assert!(regular <= semibold, "{regular} is not below {semibold}");
        });
        output.textures_delta.clear();
    }
}
