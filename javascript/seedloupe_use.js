// Takes seeds to txt2img or img2img.

"use strict";

(function (seedloupe) {
    function set(selector, value) {
        const control = gradioApp().querySelector(selector);
        if (!control) return false;
        control.value = value;
        updateInput(control);
        return true;
    }

    /** Several seeds take turns on our panel; it reads them from a message of its own. */
    function takeTurns(tab, table, seeds) {
        const button = gradioApp().querySelector(`#script_${tab}_seedloupe_take`);
        const message = JSON.stringify({table, seeds});
        if (!button || !set(`#script_${tab}_seedloupe_message textarea`, message)) return false;
        set(`#${tab}_seed input`, "-1");
        button.click();
        return true;
    }

    function showTab(tab) {
        const show = tab === "img2img" ? globalThis.switch_to_img2img : globalThis.switch_to_txt2img;
        if (typeof show === "function") show();
    }

    /**
     * Put seeds where the web UI draws from, and return what to say about it.
     *
     * @param tab "txt2img" or "img2img"
     * @param seeds decimal texts, the first one first
     * @param size width and height in pixels, or null to leave them
     */
    seedloupe.useSeeds = function (tab, table, seeds, size) {
        const [first] = seeds;
        const turns = seeds.length > 1 && takeTurns(tab, table, seeds);
        if (!turns && !set(`#${tab}_seed input`, first)) {
            return `This page has no seed to set in ${tab}.`;
        }
        if (size) {
            set(`#${tab}_width input[type=number]`, size[0]);
            set(`#${tab}_height input[type=number]`, size[1]);
        }
        showTab(tab);
        if (turns) return `${seeds.length} seeds take turns in ${tab}.`;
        if (seeds.length === 1) return `Seed ${first} is in ${tab}.`;
        return `Seed ${first}, the first of ${seeds.length}, is in ${tab}; Copy has them all.`;
    };

    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
