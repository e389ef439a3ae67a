// Shows on the page that Seedling was added and is the checkpoint in use.

"use strict";

(function (seedloupe) {
    const WAIT = 1500;

    /**
     * Have the web UI's own dropdown list its checkpoints anew and stand at Seedling.
     *
     * The server has loaded it by then; choosing it again only makes the page say so.
     */
    seedloupe.showSeedling = function () {
        const added = gradioApp().querySelector(".seedloupe-added");
        const title = added ? added.dataset.checkpoint : "";
        if (!title) return;
        const refresh = gradioApp().querySelector("#refresh_sd_model_checkpoint");
        if (refresh) refresh.click();
        setTimeout(() => {
            if (typeof selectCheckpoint === "function") selectCheckpoint(title);
        }, WAIT);
    };

    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
