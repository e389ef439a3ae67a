// What our other files share: questions to the server, elements, and parts that open when seen.
//
// Every file of ours puts its names here and nowhere else. The web UI loads them in the order of
// their names, and nothing runs before the page stands.

"use strict";

(function (seedloupe) {
    const openers = new Map();

    /** The key that opens our addresses to this page; it came with the page. */
    function key() {
        const place = gradioApp().querySelector("#seedloupe_key");
        return place ? place.dataset.key : "";
    }

    /** The address of something a browser fetches by itself, such as a picture. */
    seedloupe.address = function (path, query = {}) {
        return `./seedloupe/${path}?${new URLSearchParams({...query, key: key()})}`;
    };

    /** Ask the server; with a body something is posted. Throws an Error with the server's sentence. */
    seedloupe.ask = async function (path, {query = {}, body} = {}) {
        const headers = {"X-Seedloupe-Key": key()};
        const options = body === undefined ? {headers} : {
            method: "POST",
            headers: {...headers, "Content-Type": "application/json"},
            body: JSON.stringify(body),
        };
        const asked = new URLSearchParams(query).toString();
        const answer = await fetch(`./seedloupe/${path}${asked ? `?${asked}` : ""}`, options);
        let said;
        try {
            said = await answer.json();
        } catch {
            said = {};
        }
        if (!answer.ok) throw new Error(said.error || `The server said ${answer.status}.`);
        return said;
    };

    /** Make an element: properties, then children. Texts become text nodes and never markup. */
    seedloupe.make = function (tag, properties = {}, ...children) {
        const {data = {}, ...plain} = properties;
        const element = Object.assign(document.createElement(tag), plain);
        Object.assign(element.dataset, data);
        element.append(...children.filter(child => child !== null && child !== undefined));
        return element;
    };

    /** A button that cannot be pressed twice while its work is under way. */
    seedloupe.button = function (title, work, properties = {}) {
        const button = seedloupe.make("button", {type: "button", className: "seedloupe-button", ...properties}, title);
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                await work();
            } finally {
                button.disabled = false;
            }
        });
        return button;
    };

    /** Fill the element `seedloupe_<name>` of our tab, once, when somebody first sees it. */
    seedloupe.part = function (name, open) {
        openers.set(name, open);
    };

    async function openPart(name, element) {
        try {
            await openers.get(name)(element);
        } catch (error) {
            console.error(error);
            element.replaceChildren(seedloupe.make("p", {role: "alert"}, `Seedloupe: ${error.message}`));
        }
    }

    function watchParts() {
        const watched = new IntersectionObserver(entries => {
            for (const {isIntersecting, target} of entries) {
                if (isIntersecting) {
                    watched.unobserve(target);
                    openPart(target.id.replace("seedloupe_", ""), target);
                }
            }
        });
        for (const name of openers.keys()) {
            const element = gradioApp().querySelector(`#seedloupe_${name}`);
            if (element) watched.observe(element);
        }
    }

    if (typeof onUiLoaded === "function") onUiLoaded(watchParts);
    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
