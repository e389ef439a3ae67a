// Thumbs up and down below the gallery, on the picture it has selected, where a table picked its
// seed. The rule "liked" of the panel takes the seeds whose pictures had thumbs up.

"use strict";

(function (seedloupe) {
    const {make} = seedloupe;
    const TABLE = /(?:^|, )Seedloupe table: /m;
    const places = new Map();

    /** Whether a picture's parameters say that a table picked its seed. */
    seedloupe.isPicked = function (parameters) {
        return TABLE.test(parameters || "");
    };

    /** The thumbs of one gallery. */
    class Thumbs {
        constructor() {
            this.parameters = "";
            this.liked = null;
            this.buttons = [[true, "Like"], [false, "Dislike"]].map(([up, word]) => {
                const button = make("button", {type: "button", className: "seedloupe-button", ariaPressed: "false"}, word);
                button.addEventListener("click", () => this.give(this.liked === up ? null : up));
                return [up, button];
            });
            this.said = make("span", {role: "status"});
            this.element = make("div", {className: "seedloupe-thumbs", hidden: true},
                make("span", {}, "Seedloupe: "), ...this.buttons.map(([, button]) => button), this.said);
        }

        /** Look at another picture; a picture without a table has no thumbs. */
        async look(parameters) {
            if (parameters === this.parameters) return;
            this.parameters = parameters;
            this.element.hidden = true;
            if (seedloupe.isPicked(parameters)) await this.ask("thumb/look", {parameters});
        }

        async give(liked) {
            await this.ask("thumb", {parameters: this.parameters, liked});
        }

        async ask(path, body) {
            try {
                const told = await seedloupe.ask(path, {body});
                if (body.parameters === this.parameters) this.show(told);
            } catch (error) {
                this.said.textContent = error.message;
            }
        }

        show({can, liked, why}) {
            this.liked = liked;
            this.element.hidden = false;
            this.said.textContent = can ? "" : why;
            for (const [up, button] of this.buttons) {
                button.hidden = !can;
                button.ariaPressed = String(can && liked === up);
            }
        }
    }

    /** The thumbs of a tab, below what the page says of the selected picture. */
    function thumbsOf(tab) {
        const info = gradioApp().querySelector(`#html_info_${tab}`);
        if (!info) return null;
        let thumbs = places.get(tab);
        if (!thumbs || !thumbs.element.isConnected) {
            thumbs = new Thumbs();
            places.set(tab, thumbs);
            info.after(thumbs.element);
        }
        return [thumbs, info.innerText];
    }

    function look(tab) {
        const found = thumbsOf(tab);
        if (found) found[0].look(found[1]);
    }

    if (typeof onAfterUiUpdate === "function") {
        onAfterUiUpdate(() => ["txt2img", "img2img"].forEach(look));
    }

    if (typeof module === "object") module.exports = {...seedloupe, Thumbs};
})(globalThis.seedloupe = globalThis.seedloupe || {});
