// Shows the selected picture's rank on the Seedloupe panel, so that it can be read without opening
// the panel or searching the picture's parameters.

"use strict";

/** The rank out of a picture's parameters, e.g. "3 of 1024", or "" for other pictures. */
function seedloupeRank(parameters) {
    const found = /(?:^|, )Seedloupe rank: ([0-9]+ of [0-9]+)(?=,|$)/m.exec(parameters || "");
    return found ? found[1] : "";
}

/** The parameters of the picture the gallery has selected. */
function seedloupeParameters(tab) {
    const info = gradioApp().querySelector(`#html_info_${tab}`);
    return info ? info.innerText : "";
}

function seedloupeShowRank(tab) {
    const label = gradioApp().querySelector(
        `#script_${tab}_seedloupe_enable > .label-wrap > span:first-child`
    );
    if (!label) return;
    const rank = seedloupeRank(seedloupeParameters(tab));
    const text = rank ? `Seedloupe · seed rank ${rank}` : "Seedloupe";
    // Writing only what changed: every write is an update, which calls this again.
    if (label.textContent !== text) label.textContent = text;
}

if (typeof onAfterUiUpdate === "function") {
    onAfterUiUpdate(() => ["txt2img", "img2img"].forEach(seedloupeShowRank));
}

if (typeof module === "object") module.exports = { seedloupeRank };
