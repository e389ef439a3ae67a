"""How the page looks: a sorting shown on warm paper, or on dark felt where the browser asks.

All fonts come with Gradio or with the machine; nothing is fetched from anywhere else.
"""

from __future__ import annotations

import inspect
from typing import Any

_BODY = ("IBM Plex Sans", "system-ui", "sans-serif")
_MONO = ("IBM Plex Mono", "ui-monospace", "monospace")
#: Gradio ships the weights between without Latin letters.
_WEIGHTS = (400, 700)


def theme() -> Any:
    """Return Gradio's base theme in our colours, light and dark."""
    import gradio as gr

    fonts = gr.themes.utils.fonts.LocalFont
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.amber,
        neutral_hue=gr.themes.colors.stone,
        font=(fonts(_BODY[0], _WEIGHTS), *_BODY[1:]),
        font_mono=(fonts(_MONO[0], _WEIGHTS), *_MONO[1:]),
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_sm,
    )
    known = inspect.signature(base.set).parameters
    dark = {f"{name}_dark": value for name, value in _COLOURS.items()}
    return base.set(**_COLOURS, **{name: dark[name] for name in dark if name in known})


#: Both schemes read the same variables; the style sheet below gives them their two values.
_COLOURS = {
    "body_background_fill": "var(--sl-paper)",
    "body_text_color": "var(--sl-ink)",
    "body_text_color_subdued": "var(--sl-soft)",
    "background_fill_primary": "var(--sl-card)",
    "background_fill_secondary": "var(--sl-paper)",
    "border_color_primary": "var(--sl-line)",
    "border_color_accent": "var(--sl-brass)",
    "color_accent_soft": "var(--sl-wash)",
    "block_background_fill": "transparent",
    "block_border_width": "0px",
    "block_shadow": "none",
    "block_padding": "0",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "var(--sl-soft)",
    "block_title_text_color": "var(--sl-ink)",
    "block_title_text_weight": "600",
    "block_info_text_color": "var(--sl-soft)",
    "panel_background_fill": "transparent",
    "input_background_fill": "var(--sl-card)",
    "input_background_fill_focus": "var(--sl-card)",
    "input_border_color": "var(--sl-line)",
    "input_border_color_focus": "var(--sl-brass)",
    "input_border_width": "1px",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 3px var(--sl-wash)",
    "input_placeholder_color": "var(--sl-faint)",
    "slider_color": "var(--sl-brass)",
    "checkbox_background_color": "var(--sl-card)",
    "checkbox_background_color_selected": "var(--sl-brass)",
    "checkbox_border_color": "var(--sl-line)",
    "checkbox_border_color_selected": "var(--sl-brass)",
    "checkbox_label_background_fill": "transparent",
    "checkbox_label_background_fill_hover": "var(--sl-wash)",
    "checkbox_label_background_fill_selected": "var(--sl-wash)",
    "checkbox_label_border_color": "var(--sl-line)",
    "checkbox_label_border_width": "1px",
    "checkbox_label_text_color": "var(--sl-ink)",
    "checkbox_label_text_color_selected": "var(--sl-ink)",
    "button_primary_background_fill": "var(--sl-ink)",
    "button_primary_background_fill_hover": "var(--sl-brass)",
    "button_primary_text_color": "var(--sl-paper)",
    "button_primary_border_color": "var(--sl-ink)",
    "button_secondary_background_fill": "transparent",
    "button_secondary_background_fill_hover": "var(--sl-wash)",
    "button_secondary_text_color": "var(--sl-ink)",
    "button_secondary_border_color": "var(--sl-line)",
    "button_border_width": "1px",
    "button_large_text_weight": "600",
    "link_text_color": "var(--sl-brass)",
    "loader_color": "var(--sl-brass)",
    "error_background_fill": "var(--sl-card)",
    "error_text_color": "var(--sl-garnet)",
    "error_border_color": "var(--sl-garnet)",
}

_CHEVRONS = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='18' height='10' "
    "fill='none' stroke='%23857d70' stroke-width='1.6'%3E"
    "%3Cpath d='M5.5 1 1.5 5l4 4M12.5 1l4 4-4 4'/%3E%3C/svg%3E\")"
)

HEAD = (
    '<meta name="color-scheme" content="light dark">'
    '<link rel="icon" href="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%238a5f18' "
    "stroke-width='2'%3E%3Ccircle cx='10' cy='10' r='7.2'/%3E%3Cpath d='M15.4 15.4 21.5 21.5'/"
    '%3E%3C/svg%3E">'
)

CSS = (
    f":root{{--sl-chevrons:{_CHEVRONS}}}"
    + """
:root{--sl-paper:#f6f2e9;--sl-card:#fffdf8;--sl-ink:#24201a;--sl-soft:#645d52;--sl-faint:#8b8376;
  --sl-line:#ddd5c5;--sl-wash:rgba(154,107,31,.11);--sl-brass:#875c15;--sl-garnet:#96303b;
  --sl-jade:#27654f;--sl-slate:#55606d;--sl-plate:#ece6d9;
  --sl-serif:"Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,"Liberation Serif",serif}
.dark{--sl-paper:#171512;--sl-card:#211e1a;--sl-ink:#ede7db;--sl-soft:#aaa193;--sl-faint:#857d70;
  --sl-line:#3a352d;--sl-wash:rgba(214,167,79,.14);--sl-brass:#d8ab58;--sl-garnet:#e08a91;
  --sl-jade:#7cc2a4;--sl-slate:#a3afbb;--sl-plate:#272420}
body,gradio-app{background:var(--sl-paper)!important}
/* its container would be as wide as what it holds asks for, at most 1400px */
.gradio-container{width:100%!important;max-width:1400px!important;margin:0 auto!important;
  padding:0!important}
.gradio-container main.app{padding:0 28px 40px!important;max-width:none!important;
  width:100%!important}
.gradio-container .tabs,.gradio-container .tabitem{width:100%}
.sl-label{margin:0 0 -10px;font-size:14px;font-weight:700;color:var(--sl-ink)}
#sl-editor{border-radius:4px;background:var(--sl-card);border:1px solid var(--sl-line)!important}
/* The tools stand beside the picture, not over it. */
#sl-editor .pixi-target,#sl-editor .pixi-target-crop{left:44px!important;
  width:calc(100% - 44px)!important}
#sl-editor .toolbar-wrap{left:6px!important;background:var(--sl-card)!important;
  border:0!important;box-shadow:none!important}
#sl-editor .half-container{background:var(--sl-card)!important;border:1px solid var(--sl-line);
  border-radius:5px;padding:3px 0!important;gap:2px!important}
#sl-editor .toolbar-wrap button,#sl-editor .top-panel button{color:var(--sl-ink)!important;
  opacity:1}
#sl-editor .toolbar-wrap .highlight{color:var(--sl-brass)!important;
  background:var(--sl-wash)!important}
#sl-editor .top-panel{background:var(--sl-card)!important;border-color:var(--sl-line)!important;
  color:var(--sl-ink)!important}
#sl-editor .top-panel button:disabled{opacity:.45}
#sl-editor .image-container{background:var(--sl-plate)}
.sl-framed{position:absolute;box-sizing:border-box;border:1.5px dashed #fff;outline:1px solid
  rgba(0,0,0,.45);pointer-events:none}
#sl-seen .wrap{gap:6px!important}
#sl-seen label{padding:5px 10px!important;font-size:13.5px}
#sl-upload{font-size:14px;padding:8px 12px}
#sl-upload,#sl-draw-one{flex:none!important;width:auto!important}
#sl-source-prompt textarea,#sl-source-prompt input{border:1px solid var(--sl-line)!important}
#sl-draw-one{white-space:nowrap;font-size:14px;padding:8px 12px}
#sl-repaint-frames .sl-frames{grid-template-columns:repeat(auto-fill,minmax(min(46%,124px),1fr))}
.gradio-container .form{background:none;border:0;gap:16px;box-shadow:none;border-radius:0}
.gradio-container .block{overflow:visible}
.sl-top{align-items:end!important;gap:16px!important;flex-wrap:nowrap!important}
.sl-model{margin:0 0 8px;text-align:right;font-size:13px;color:var(--sl-soft)}
.sl-model b{color:var(--sl-ink);font-weight:600}
.sl-page{gap:36px!important;align-items:flex-start!important}
.sl-rail{flex:0 0 300px!important;min-width:0!important;gap:18px!important}
.sl-rail.sl-wide{flex-basis:420px!important}
.sl-results{gap:12px!important;flex:1 1 0!important}
.sl-buttons{gap:10px!important}
.sl-buttons button{min-width:0!important}
button.selected[role=tab]{color:var(--sl-ink)!important;font-weight:600}
button.selected[role=tab]::after{background:var(--sl-brass)!important}
footer{display:none!important}

.sl-head{display:flex;align-items:center;gap:14px;padding:14px 0 0;color:var(--sl-ink)}
.sl-head .sl-glyph{color:var(--sl-brass);flex:none}
.sl-head h1{font:600 27px/1.1 var(--sl-serif);letter-spacing:-.01em;margin:0}
.sl-head p{margin:3px 0 0;color:var(--sl-soft);font-size:14px}

.sl-column header{display:grid;grid-template-columns:auto 1fr;gap:1px 8px;align-items:center;
  padding:0 0 10px;border-bottom:1px solid var(--tone);margin-bottom:12px;align-content:start}
.sl-column h3{font:600 19px/1.25 var(--sl-serif);margin:0;color:var(--sl-ink)}
.sl-column header .sl-glyph{color:var(--tone)}
.sl-column header p{grid-column:1/-1;margin:0;color:var(--sl-soft);font-size:13px;line-height:1.4}
.sl-column{--tone:var(--sl-slate);min-width:0}
.sl-golden,.sl-liked{--tone:var(--sl-brass)} .sl-diverse{--tone:var(--sl-jade)}
.sl-columns{display:grid;grid-template-columns:repeat(var(--columns),minmax(0,1fr));gap:28px}
.sl-frames{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,112px),1fr));
  gap:16px 14px}
.sl-frame{margin:0;min-width:0}
.sl-plate{display:block;position:relative;width:100%;aspect-ratio:1;padding:0;margin:0;line-height:0;border-radius:3px;
  overflow:hidden;background:var(--sl-plate);border:0;box-shadow:inset 0 0 0 1px var(--sl-line)}
.sl-plate img{width:100%;height:100%;object-fit:contain;display:block}
button.sl-plate{cursor:zoom-in;transition:box-shadow .15s}
button.sl-plate:hover{box-shadow:0 0 0 2px var(--sl-card),0 0 0 3.5px var(--tone,var(--sl-brass))}
button.sl-plate:focus-visible{outline:2px solid var(--sl-brass);outline-offset:2px}
.sl-waiting .sl-plate{background:none;box-shadow:none;border:1px dashed var(--sl-line)}
.sl-drawing .sl-plate{box-shadow:inset 0 0 0 2px var(--tone,var(--sl-brass))}
.generating{animation:none!important;border-color:transparent!important}
.sl-frame figcaption{display:flex;flex-direction:column;padding-top:6px;font-size:12px;
  line-height:1.4;color:var(--sl-soft);min-height:3.2em}
.sl-frame summary{cursor:pointer} .sl-frame details span{display:block}
.sl-frame figcaption p{display:flex;justify-content:space-between;gap:8px;margin:0;flex-wrap:wrap}
.sl-frame figcaption b{font:700 12.5px/1.4 var(--font-mono);color:var(--sl-ink);
  overflow-wrap:anywhere}
.sl-mark{position:absolute;left:6px;bottom:6px;padding:2px 8px;border-radius:99px;
  font:600 11.5px/1.5 var(--font);background:var(--sl-card);color:var(--sl-soft)}
.sl-mark.sl-good{color:var(--sl-jade)}
.sl-mark.sl-bad{background:var(--sl-garnet);color:var(--sl-card)}

.sl-preview{position:relative;display:grid;gap:22px;
  grid-template-columns:184px minmax(150px,1fr) auto;
  align-items:start;background:var(--sl-card);border:1px solid var(--sl-line);border-radius:6px;
  padding:16px 20px 18px;overflow:hidden}
.sl-stone{width:184px;height:184px;border-radius:3px;display:grid;place-items:center;
  background:var(--sl-plate);color:var(--sl-faint);overflow:hidden}
.sl-stone img{width:100%;height:100%;object-fit:contain}
.sl-said h2{font:600 18px/1.3 var(--sl-serif);margin:0 0 4px;color:var(--sl-ink)}
.sl-said p{margin:0 0 2px;font-size:13.5px;line-height:1.45;color:var(--sl-soft)}
.sl-acts{display:flex;flex-wrap:wrap;gap:6px;margin-top:8px}
.sl-acts .sl-act,.sl-status .sl-act{font:500 12.5px/1.5 var(--font);padding:2px 9px;margin:0;
  border:1px solid var(--sl-line);border-radius:99px;background:none;color:var(--sl-ink);
  text-decoration:none;cursor:pointer}
.sl-acts .sl-act:hover,.sl-status .sl-act:hover{border-color:var(--sl-brass);
  background:var(--sl-wash)}
.sl-thumbs{display:inline-flex;gap:4px} .sl-thumbs[hidden]{display:none}
.sl-thumbs .sl-thumb{font:500 12px/1.4 var(--font);padding:1px 8px;margin:0;cursor:pointer;
  border:1px solid var(--sl-line);border-radius:3px;background:none;color:var(--sl-soft)}
.sl-thumbs .sl-thumb:hover{border-color:var(--sl-brass)}
.sl-thumb[aria-pressed=true]{color:var(--sl-ink)!important;border-color:var(--sl-jade)!important;
  background:color-mix(in srgb,var(--sl-jade) 22%,transparent)!important}
.sl-thumb[data-thumb=down][aria-pressed=true]{border-color:var(--sl-garnet)!important;
  background:color-mix(in srgb,var(--sl-garnet) 20%,transparent)!important}
.sl-act:focus-visible{outline:2px solid var(--sl-brass);outline-offset:2px}
.sl-act[data-sure]{border-color:var(--sl-garnet)!important;color:var(--sl-garnet)!important}
.sl-kept-part{margin-top:26px;padding-top:14px;border-top:1px solid var(--sl-line);
  gap:12px!important}
.sl-kept-head{font:600 19px/1.25 var(--sl-serif);margin:0;color:var(--sl-ink)}
.sl-kept-row{display:flex;gap:10px;overflow-x:auto;padding:4px 3px 8px}
.sl-kept-row:empty::after{content:"Pictures stand here once they are drawn.";font-size:13.5px;
  color:var(--sl-soft)}
.sl-kept-one{flex:none;width:84px;padding:0;border:0;background:none;cursor:pointer;
  font:500 11.5px/1.5 var(--font-mono);color:var(--sl-soft);text-align:left;overflow:hidden;
  text-overflow:ellipsis;white-space:nowrap}
.sl-kept-one img{display:block;width:84px;height:84px;object-fit:cover;border-radius:3px;
  background:var(--sl-plate);margin:0 0 3px}
.sl-kept-one:hover img{box-shadow:0 0 0 2px var(--sl-card),0 0 0 3.5px var(--sl-brass)}
.sl-kept-one:focus-visible{outline:2px solid var(--sl-brass);outline-offset:2px}
.sl-kept-said:empty{display:none}
#sl-kept-use,#sl-kept-open{flex:0 0 auto!important;font-size:14px;padding:8px 14px}
#sl-follow{border:1px dashed var(--sl-line)!important;border-radius:4px}
.sl-chosen{display:flex;gap:20px;flex-wrap:wrap;background:var(--sl-card);
  border:1px solid var(--sl-line);border-radius:6px;padding:16px 20px 18px}
.sl-chosen>img{flex:0 0 auto;width:min(100%,256px);max-height:320px;object-fit:contain;
  border-radius:3px;background:var(--sl-plate);margin:0}
.sl-chosen .sl-said{flex:1 1 240px;min-width:0;overflow-wrap:anywhere}
.sl-layers{display:flex;gap:14px}
.sl-layers figure{margin:0;width:128px}
.sl-layers img{width:128px;height:128px;image-rendering:pixelated;border-radius:3px;display:block}
.sl-layers figcaption{font-size:11.5px;line-height:1.35;color:var(--sl-soft);padding-top:5px;
  display:flex;flex-direction:column;min-height:4.05em}
.sl-legend{display:flex;align-items:center;gap:5px}
.sl-legend i{width:10px;height:10px;border-radius:2px;flex:none}
.sl-concepts figure{margin:12px 0}
.sl-concepts img{max-width:100%;height:auto;border-radius:3px;display:block}
.sl-concepts figcaption{font-size:12px;color:var(--sl-soft);padding-top:4px}
.sl-layers figcaption b{font-weight:600;color:var(--sl-ink)}
.sl-share{position:absolute;left:0;bottom:0;height:3px;background:var(--sl-brass)}
.sl-plan{margin:-6px 0 0;font-size:13px;line-height:1.45;color:var(--sl-soft)}
.sl-plan.sl-wrong{color:var(--sl-garnet)}
.sl-status{margin:0;min-height:1.5em;font-size:13.5px;color:var(--sl-soft)}
.sl-why{margin-top:18px;font-size:13px;color:var(--sl-soft)}
.sl-why summary{cursor:pointer;color:var(--sl-ink)}
.sl-why dt{margin-top:8px;font-weight:600;color:var(--sl-ink)} .sl-why dd{margin:2px 0 0}
.sl-note{font-size:13.5px;color:var(--sl-soft)}
.sl-note summary{cursor:pointer;color:var(--sl-ink);list-style:none;display:flex;gap:9px;
  align-items:baseline}
.sl-note summary::before{content:"";width:9px;height:9px;border-radius:50%;background:var(--tone);
  flex:none}
.sl-note summary::after{content:"more";color:var(--sl-brass);text-decoration:underline;
  text-underline-offset:2px;font-size:12.5px}
.sl-note[open] summary::after{content:"less"}
.sl-note p{margin:3px 0 0 18px;line-height:1.45}
.sl-note pre{margin:8px 0 4px 18px;padding:8px 11px;background:var(--sl-plate);border-radius:3px;
  font:12px/1.5 var(--font-mono);white-space:pre-wrap;overflow-wrap:anywhere;color:var(--sl-ink)}
.sl-note{--tone:var(--sl-brass)}
.sl-note.sl-good{--tone:var(--sl-jade)} .sl-note.sl-bad{--tone:var(--sl-garnet)}
#sl-ways label{padding:6px 10px!important;font-size:14px}
#sl-ways .wrap{gap:8px!important}
.sl-rail .gallery{gap:6px!important}
.sl-rail .gallery-item{font-size:13px!important;padding:4px 9px!important;max-width:100%;
  white-space:nowrap;overflow:hidden;text-overflow:ellipsis;color:var(--sl-soft)}
.sl-rail .gallery-item:hover{color:var(--sl-ink);border-color:var(--sl-brass)}
/* square, or the turned arrow of a folded part is wider than its row and brings a scroll bar */
.gr-accordion .label-wrap>.icon{flex:none;width:1.4em;height:1.4em;line-height:1.4;
  text-align:center}

.sl-close{gap:24px!important;align-items:flex-start!important;background:var(--sl-card);
  border:1px solid var(--sl-line);border-radius:6px;padding:16px 20px 18px!important}
.sl-close-picture{flex:0 0 min(46%,380px)!important}
.sl-close-words{gap:14px!important;min-width:0!important}
.sl-split{position:relative;width:100%;max-height:420px;margin:0 auto;overflow:hidden;
  border-radius:3px;background:var(--sl-plate);touch-action:pan-y;cursor:ew-resize;
  user-select:none;-webkit-user-select:none;line-height:0}
.sl-split img{position:absolute;inset:0;width:100%;height:100%;object-fit:contain;
  pointer-events:none}
.sl-split .sl-before{clip-path:inset(0 calc(100% - var(--at,50%)) 0 0)}
.sl-side{position:absolute;bottom:8px;left:8px;padding:1px 8px;border-radius:99px;
  font:600 11.5px/1.6 var(--font);background:var(--sl-card);color:var(--sl-soft);
  pointer-events:none}
.sl-side.sl-right{left:auto;right:8px}
.sl-bar{position:absolute;top:0;bottom:0;left:var(--at,50%);width:2px;margin-left:-1px;
  background:var(--sl-card);box-shadow:0 0 0 1px rgba(0,0,0,.28);outline:none}
.sl-bar::after{content:"";position:absolute;top:50%;left:50%;width:30px;height:30px;
  margin:-15px 0 0 -15px;border-radius:50%;background:var(--sl-card);
  box-shadow:0 0 0 1px rgba(0,0,0,.28);background-repeat:no-repeat;background-position:center;
  background-image:var(--sl-chevrons)}
.sl-bar:focus-visible::after{outline:2px solid var(--sl-brass);outline-offset:2px}
.sl-verdict h3,.sl-attempts h3,.sl-tally h3{font:600 17px/1.3 var(--sl-serif);margin:0 0 6px;
  color:var(--sl-ink)}
.sl-verdict .sl-mark{position:static;margin-left:6px;font-style:normal;vertical-align:2px;
  box-shadow:inset 0 0 0 1px var(--sl-line)}
.sl-verdict p,.sl-tally p{margin:0 0 4px;font-size:13.5px;line-height:1.45;color:var(--sl-soft)}
.sl-verdict ul{list-style:none;margin:0 0 6px;padding:0}
.sl-verdict li{--tone:var(--sl-jade);border-left:3px solid var(--tone);padding:1px 0 1px 10px;
  margin:0 0 6px;font-size:13.5px;line-height:1.45;color:var(--sl-soft)}
.sl-verdict li.sl-bad{--tone:var(--sl-garnet)}
.sl-verdict li b{font:700 13px/1.45 var(--font-mono);color:var(--sl-ink);overflow-wrap:anywhere}
.sl-verdict li span{display:block;font-size:12.5px}
.sl-attempts{border-top:1px solid var(--sl-line);padding-top:12px}
.sl-attempts .sl-status{margin-bottom:10px}
.sl-attempts .sl-frames{grid-template-columns:repeat(auto-fill,minmax(min(46%,124px),1fr))}
.sl-tally{border-top:1px solid var(--sl-line);padding-top:12px}
.sl-tally .sl-advice{color:var(--sl-ink)}
.sl-tally summary{cursor:pointer;font-size:13.5px;color:var(--sl-ink);margin:6px 0}
.sl-tally table{border-collapse:collapse;font-size:13px;color:var(--sl-ink);margin:0 0 8px}
.sl-tally th{font-weight:600;text-align:right;color:var(--sl-soft)}
.sl-tally th,.sl-tally td{padding:2px 14px 2px 0;border:0;border-bottom:1px solid var(--sl-line)}
.sl-tally td{text-align:right;font-family:var(--font-mono);font-size:12.5px}
.sl-tally a{margin:0;padding:0;font-size:13.5px;color:var(--sl-brass);text-decoration:underline;
  text-underline-offset:2px}
#sl-level .wrap{flex-direction:column;gap:6px!important}
#sl-level label{padding:5px 10px!important;font-size:13.5px;align-items:flex-start}
#sl-alone label{font-size:14px}
.sl-over{flex-wrap:nowrap!important;align-items:center!important}
.sl-over>*{flex:none!important;width:auto!important}
.sl-over>#sl-repaint-status{flex:1 1 0!important;min-width:0!important}
.sl-answers button{flex:0 1 auto!important;font-size:14px;padding:8px 14px}

@media (max-width:900px){
  .sl-page{flex-direction:column!important}
  .sl-rail,.sl-rail.sl-wide{flex:none!important;width:100%!important}
  .sl-results{width:100%!important;flex:none!important}
}
@media (max-width:700px){
  .gradio-container main.app{padding:0 14px 28px!important}
  .sl-top{flex-direction:column!important;gap:0!important;align-items:stretch!important}
  .sl-model{text-align:left;margin:6px 0}
  .sl-over{flex-wrap:wrap!important}
  .sl-over>#sl-repaint-status{flex-basis:100%!important}
  .sl-columns{gap:12px} .sl-frames{gap:12px}
  .sl-column header{min-height:0} .sl-column header p{font-size:12px}
  .sl-column h3{font-size:16px}
  .sl-preview{grid-template-columns:96px 1fr;gap:12px;padding:14px}
  .sl-stone{width:96px;height:96px}
  .sl-frame figcaption p{flex-direction:column;gap:0}
  .sl-layers{grid-column:1/-1;gap:10px} .sl-layers figure{flex:1;width:auto}
  .sl-layers img{width:100%;height:auto;aspect-ratio:1}
  .sl-close{flex-direction:column!important;padding:14px!important;gap:14px!important}
  .sl-close-picture,.sl-close-words{flex:none!important;width:100%!important}
}
"""
)
