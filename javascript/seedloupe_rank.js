// Shows the selected picture's rank on the Seedloupe panel, so that it can be read without opening
// the panel or searching the picture's parameters.

"use strict";

(function (seedloupe) {
    /** The rank out of a picture's parameters, e.g. "3 of 1024", or "" for other pictures. */
    seedloupe.rankOf = function (parameters) {
        const found = /(?:^|, )Seedloupe rank: ([0-9]+ of [0-9]+)(?=,|$)/m.exec(parameters || "");
        return found ? found[1] : "";
    };

    /** The parameters of the picture the gallery has selected. */
    function parametersOf(tab) {
        const info = gradioApp().querySelector(`#html_info_${tab}`);
        return info ? info.innerText : "";
    }

    /** The place for the rank, at the end of the panel's label; the label holds a checkbox, too. */
    function rankPlace(tab) {
        const label = gradioApp().querySelector(
            `#script_${tab}_seedloupe_enable > .label-wrap > span:first-child`
        );
        if (!label) return null;
        let place = label.querySelector(".seedloupe-rank");
        if (!place) {
            place = document.createElement("span");
            place.className = "seedloupe-rank";
            label.append(place);
        }
        return place;
    }

    function showRank(tab) {
        const place = rankPlace(tab);
        if (!place) return;
        const rank = seedloupe.rankOf(parametersOf(tab));
        const text = rank ? ` · seed rank ${rank}` : "";
        // Writing only what changed: every write is an update, which calls this again.
        if (place.textContent !== text) place.textContent = text;
    }

    if (typeof onAfterUiUpdate === "function") {
        onAfterUiUpdate(() => ["txt2img", "img2img"].forEach(showRank));
    }

    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
