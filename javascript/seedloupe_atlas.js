// The sub-tab Atlas: a table's pictures to browse, a box and rules to pick by, and the way to a picture.
//
// The map and the box are the ones of all hosts; the server hands out their markup and script.

"use strict";

(function (seedloupe) {
    const {make, button} = seedloupe;
    const RULES = {golden: "Golden: the best", diverse: "Diverse: the most different good ones", clean: "Clean: least often with text"};
    const ANY_KIND = "any object";

    /** What the map or the box hears, also when it begins to listen later. */
    function linkOf(send) {
        let listener = null;
        let last = {};
        return {
            send,
            hear(one) {
                listener = one;
                one(last);
            },
            tell(message) {
                last = message;
                if (listener) listener(message);
            },
        };
    }

    /** The markup of map and box; nothing of a table is in it. */
    function fromMarkup(markup) {
        const page = new DOMParser().parseFromString(markup, "text/html");
        return make("div", {}, ...page.body.childNodes);
    }

    function option(value, title) {
        return make("option", {value}, title ?? value);
    }

    function labelled(title, control) {
        return make("label", {className: "seedloupe-row"}, make("span", {}, title), control);
    }

    class AtlasTab {
        constructor(parts) {
            this.news = {};
            this.told = null;
            this.asked = 0;
            this.boxes = [];
            this.turn = 0;
            this.map = linkOf(message => this.heardMap(message));
            this.frame = linkOf(({boxes}) => this.heardFrame(boxes));
            this.build(parts);
        }

        /** Bring it to life; it must stand on the page, for the map takes its colours from there. */
        start(script) {
            script.openFrame(this.frameBox, this.frame);
            script.openAtlas(this.mapBox, this.map);
        }

        build({map, frame, css}) {
            this.table = make("select", {id: "seedloupe_atlas_table"});
            this.table.addEventListener("change", () => this.show());
            this.note = make("p", {className: "seedloupe-note", role: "status"});
            this.frameBox = fromMarkup(frame);
            this.mapBox = fromMarkup(map);
            this.kind = make("select");
            this.count = make("input", {type: "number", min: 1, max: 1024, value: 4});
            this.rule = make("select", {id: "seedloupe_atlas_rule"});
            this.why = make("div", {className: "sl-atlas-why", role: "status"});
            this.target = make("select", {id: "seedloupe_atlas_target"}, option("txt2img"), option("img2img"));
            this.size = make("input", {type: "checkbox", checked: true});
            this.sizeWords = make("span");
            this.byBox = make(
                "div", {}, make("p", {}, "Draw a box: find seeds that put the thing there"), this.frameBox,
                labelled("Which thing", this.kind),
                button("Find seeds", () => this.pick("layout"), {id: "seedloupe_atlas_find"}),
            );
            this.byRule = make(
                "div", {className: "seedloupe-rule"}, labelled("Or by what the table knows", this.rule),
                button("Pick", () => this.pick(this.rule.value), {id: "seedloupe_atlas_pick"}),
            );
            const rail = make(
                "div", {className: "seedloupe-rail"}, this.byBox, labelled("How many seeds", this.count),
                this.byRule, this.buildFilter(),
            );
            const send = make(
                "p", {className: "seedloupe-row"}, "Use these seeds sends them to ", this.target,
                make("label", {}, this.size, " ", this.sizeWords),
            );
            this.element = make(
                "div", {}, make("style", {}, css),
                make("div", {className: "seedloupe-row"}, labelled("Seed table", this.table),
                    button("Look again", () => this.list(), {title: "Look for tables again"})),
                this.note,
                make("div", {className: "seedloupe-columns"}, rail,
                    make("div", {className: "seedloupe-main"}, send, this.mapBox, this.why)),
            );
        }

        buildFilter() {
            this.want = make("div", {className: "seedloupe-tags"});
            this.avoid = make("div", {className: "seedloupe-tags"});
            this.often = make("input", {type: "range", min: 1, max: 100, value: 25});
            this.often.addEventListener("change", () => this.filter());
            this.filterBox = make(
                "details", {}, make("summary", {}, "Filter by what pictures show"),
                make("p", {}, "Only seeds that often show"), this.want, make("p", {}, "No seeds that often show"),
                this.avoid, labelled("Often: the share of seeds that show it most", this.often),
            );
            return this.filterBox;
        }

        async list() {
            const before = this.table.value;
            const {tables} = await seedloupe.ask("tables");
            const sound = tables.filter(({problem}) => !problem);
            const broken = tables.filter(({problem}) => problem);
            this.table.replaceChildren(...sound.map(({table}) => option(table)));
            if (sound.some(({table}) => table === before)) this.table.value = before;
            this.broken = broken.map(({table, problem}) => `${table} cannot be read: ${problem}`).join(" ");
            await this.show();
        }

        async show() {
            const table = this.table.value;
            const number = ++this.asked;
            if (!table) {
                this.say(`No seed table was found. Put some into models/seed_tables. ${this.broken}`);
                return;
            }
            let told;
            try {
                told = await seedloupe.ask("atlas/table", {query: {table}});
            } catch (error) {
                if (number === this.asked) this.say(error.message);
                return;
            }
            if (number !== this.asked) return;
            this.take(told);
        }

        take(told) {
            this.told = told;
            this.boxes = [];
            const notes = told.notes.map(note => `${note[0].toUpperCase()}${note.slice(1)}.`).join(" ");
            this.say([`${told.seeds} seeds of ${told.made_with}.`, told.advice, notes, this.broken].filter(Boolean).join(" "));
            const rules = told.rules.filter(rule => RULES[rule]);
            this.rule.replaceChildren(...rules.map(rule => option(rule, RULES[rule])));
            this.byRule.hidden = !rules.length;
            this.byBox.hidden = !told.rules.includes("layout");
            this.kind.replaceChildren(option("", ANY_KIND), ...told.kinds.map(kind => option(kind)));
            this.fillTags({});
            this.filterBox.hidden = !told.tags.length;
            this.sizeWords.textContent = told.size ? `with their size, ${told.size.join("x")}` : "";
            this.size.hidden = !told.size;
            this.why.replaceChildren();
            const mark = {table: told.table, stamp: told.stamp};
            this.news = {
                file: seedloupe.address("atlas/seeds", mark),
                sheet: told.sheet ? seedloupe.address("atlas/sheet", mark) : "",
                aspect: told.aspect,
            };
            this.tell({});
            if (told.tags.length) this.filter();
        }

        tell(more) {
            this.news = {...this.news, ...more, boxes: this.boxes};
            this.frame.tell({aspect: this.news.aspect, boxes: [...this.boxes]});
            this.map.tell(this.news);
        }

        say(words) {
            this.note.textContent = words;
        }

        fillTags({want = {}, avoid = {}}) {
            const ticked = this.ticks();
            for (const [side, counts] of [["want", want], ["avoid", avoid]]) {
                this[side].replaceChildren(...this.told.tags.map(tag => {
                    const box = make("input", {type: "checkbox", value: tag, checked: ticked[side].includes(tag)});
                    box.addEventListener("change", () => this.filter());
                    return make("label", {}, box, ` ${tag}${tag in counts ? `: ${counts[tag]}` : ""}`);
                }));
            }
        }

        ticks() {
            const of = side => [...side.querySelectorAll("input:checked")].map(box => box.value)
                .filter(tag => this.told.tags.includes(tag));
            return {want: of(this.want), avoid: of(this.avoid)};
        }

        question() {
            return {table: this.told.table, ...this.ticks(), often: Number(this.often.value)};
        }

        async filter() {
            const number = this.asked;
            await this.guarded(async () => {
                const passing = await seedloupe.ask("atlas/filter", {body: this.question()});
                if (number !== this.asked) return;
                this.fillTags(passing);
                this.tell({kept: passing.kept, sifted: passing.sifted});
            });
        }

        async pick(rule) {
            if (!this.told) return;
            const layout = rule === "layout" ? {boxes: this.boxes, kind: this.kind.value} : {};
            const body = {...this.question(), rule, count: Number(this.count.value), ...layout};
            await this.guarded(async () => {
                const {chosen, rule: words, reasons} = await seedloupe.ask("atlas/pick", {body});
                this.why.replaceChildren(
                    make("p", {}, words), make("ul", {}, ...reasons.map(reason => make("li", {}, reason))),
                );
                this.tell({chosen, turn: ++this.turn});
            });
        }

        async guarded(work) {
            try {
                await work();
            } catch (error) {
                this.why.replaceChildren(make("p", {role: "alert"}, error.message));
            }
        }

        heardFrame(boxes) {
            this.boxes = boxes;
            this.tell({});
        }

        heardMap(message) {
            if (message.type !== "use" || !message.seeds.length) return;
            const size = this.size.checked ? this.told.size : null;
            this.say(seedloupe.useSeeds(this.target.value, this.told.table, message.seeds, size));
        }
    }

    seedloupe.part("atlas", async element => {
        const [parts, script] = await Promise.all([
            seedloupe.ask("atlas/page"),
            import(new URL(seedloupe.address("atlas/script"), document.baseURI)),
        ]);
        const tab = new AtlasTab(parts);
        element.replaceChildren(tab.element);
        tab.start(script);
        await tab.list();
    });

    if (typeof module === "object") module.exports = {...seedloupe, AtlasTab};
})(globalThis.seedloupe = globalThis.seedloupe || {});
