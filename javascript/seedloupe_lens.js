// The lens: layers below the preview while a picture forms, and the runs that can be looked into.

"use strict";

(function (seedloupe) {
    const EVERY = 400; // milliseconds between two questions

    /** How tall a strip shows pictures of these layers: at least a few pixels for each cell. */
    seedloupe.lensSide = function (layers) {
        const most = Math.max(1, ...layers.map(layer => Math.max(layer.width, layer.height)));
        return Math.max(96, Math.min(192, most * 3));
    };

    /** Fill a strip with what the server told. */
    seedloupe.fillStrip = function (strip, told) {
        const {make} = seedloupe;
        const step = told.step < 0 ? "" : `step ${told.step + 1} of ${told.steps}`;
        const heading = ["Lens", told.title, step].filter(Boolean).join(" · ");
        const side = seedloupe.lensSide(told.layers);
        const figures = told.layers.map(layer => {
            const scale = side / Math.max(layer.width, layer.height);
            const picture = make("img", {
                src: layer.picture, alt: `${layer.title}, ${layer.place}`, title: layer.name,
            });
            picture.style.width = `${Math.round(layer.width * scale)}px`;
            picture.style.height = `${Math.round(layer.height * scale)}px`;
            const caption = make("figcaption", {}, layer.title, make("br"), make("small", {}, layer.place));
            return make("figure", {}, picture, caption);
        });
        const notes = (told.notes || []).slice(0, 3).map(note => make("p", {}, note));
        strip.replaceChildren(make("p", {className: "seedloupe-lens-heading"}, heading),
            make("div", {className: "seedloupe-lens-layers"}, ...figures), ...notes);
        strip.hidden = !figures.length && !notes.length;
    };

    const asking = new Set();

    function stripOf(tab) {
        const gallery = gradioApp().querySelector(`#${tab}_gallery_container`);
        if (!gallery) return null;
        const there = gallery.parentElement.querySelector(".seedloupe-lens-strip");
        if (there) return there;
        const strip = seedloupe.make("div", {className: "seedloupe-lens-strip", hidden: true});
        strip.setAttribute("aria-live", "off");
        gallery.after(strip);
        return strip;
    }

    /** Whether the page shows that a job of this tab runs. */
    function runs(tab) {
        const results = gradioApp().querySelector(`#${tab}_results`);
        return Boolean(results && results.querySelector(".progressDiv"));
    }

    const watched = tab => gradioApp().querySelector(
        `#script_${tab}_seedloupe_lens_enable-checkbox input[type=checkbox],`
        + `input#script_${tab}_seedloupe_lens_enable-checkbox`);

    /** Ask about the job this page has asked for, until it is over. */
    async function follow(tab) {
        if (asking.has(tab)) return;
        asking.add(tab);
        let since = -1;
        let fails = 0;
        try {
            while (runs(tab) && fails < 5) {
                const task = localGet(`${tab}_task_id`) || "";
                if (task) {
                    try {
                        const query = since < 0 ? {task} : {task, since};
                        const told = await seedloupe.ask("lens/live", {query});
                        fails = 0;
                        const strip = told.layers ? stripOf(tab) : null;
                        if (strip) seedloupe.fillStrip(strip, told);
                        since = told.version;
                    } catch {
                        fails += 1; // a busy server; the picture comes all the same
                    }
                }
                await new Promise(resolve => setTimeout(resolve, EVERY));
            }
        } finally {
            asking.delete(tab);
        }
    }

    function followJobs() {
        for (const tab of ["txt2img", "img2img"]) {
            const on = watched(tab);
            if (on && on.checked && runs(tab)) follow(tab);
        }
    }

    /** The tab: a list of runs, and the explorer of the chosen one in a frame. */
    async function openTab(element) {
        const {make} = seedloupe;
        const options = () => make("select", {className: "seedloupe-lens-runs"});
        const run = options();
        const other = options();
        run.setAttribute("aria-label", "Picture");
        other.setAttribute("aria-label", "Compare with");
        const save = make("a", {className: "seedloupe-button", download: ""}, "Save lens file");
        const said = make("div", {className: "seedloupe-lens-said"});
        const place = make("div");

        function show() {
            const chosen = run.value;
            save.hidden = !chosen;
            place.replaceChildren();
            if (!chosen) return;
            save.href = seedloupe.address("lens/file", {run: chosen});
            const query = {run: chosen};
            if (other.value && other.value !== chosen) query.other = other.value;
            // The first look at a long run finds its colours, which takes seconds.
            const wait = make("p", {role: "status"}, "Getting the run ready…");
            const page = make("iframe", {
                className: "seedloupe-lens-page", title: "Lens", src: seedloupe.address("lens/page", query),
            });
            page.addEventListener("load", () => wait.remove());
            place.append(wait, page);
            const notes = run.selectedOptions[0].dataset.notes;
            said.replaceChildren(...JSON.parse(notes || "[]").map(note => make("p", {}, note)));
        }

        async function refresh() {
            const before = [run.value, other.value];
            const told = await seedloupe.ask("lens/runs");
            const entries = () => told.runs.map(({run: id, title, notes}) => make(
                "option", {value: id, data: {notes: JSON.stringify(notes)}}, title));
            run.replaceChildren(...entries());
            other.replaceChildren(make("option", {value: ""}, "nothing beside it"), ...entries());
            other.value = told.runs.some(one => one.run === before[1]) ? before[1] : "";
            if (!told.runs.length) {
                said.replaceChildren(make("p", {}, "Nothing under the lens yet. Open the panel "
                    + "“Seedloupe lens” in txt2img or img2img and generate; here you then click a spot, "
                    + "and every layer shows what it takes to be alike."));
            }
            show();
        }

        run.addEventListener("change", show);
        other.addEventListener("change", show);
        element.replaceChildren(
            make("div", {className: "seedloupe-lens-bar"},
                make("label", {}, "Picture ", run), make("label", {}, "Beside it ", other),
                seedloupe.button("Refresh", refresh, {className: "seedloupe-button seedloupe-lens-refresh"}),
                save),
            said, place);
        await refresh();
        // A file that was opened below, or a picture drawn meanwhile, is looked for when one is back.
        const tab = element.closest(".tabitem") || element;
        new IntersectionObserver(([seen]) => {
            if (seen.isIntersecting && !place.firstChild) refresh();
        }).observe(tab);
        const opened = gradioApp().querySelector("#seedloupe_lens_opened");
        if (opened) new MutationObserver(refresh).observe(opened, {childList: true, subtree: true});
    }

    /** "Send to txt2img, with the lens on" of PNG Info: the paste is the web UI's, the panel ours. */
    function openPanel() {
        const again = gradioApp().querySelector("#seedloupe_lens_again");
        if (!again) return;
        again.addEventListener("click", () => {
            const on = watched("txt2img");
            if (on && !on.checked) on.click();
        });
    }

    if (seedloupe.part) seedloupe.part("lens", openTab);
    if (typeof onUiLoaded === "function") onUiLoaded(openPanel);
    if (typeof onAfterUiUpdate === "function") onAfterUiUpdate(followJobs);
    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
