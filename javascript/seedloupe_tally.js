// The sub-tab Text tally: which seeds write on repainted pictures, as counted here.

"use strict";

(function (seedloupe) {
    const {make, button} = seedloupe;
    const PURPOSES = {removal: "to clear something away", completion: "to put something there"};
    const MOST_ROWS = 50;

    function percent(share) {
        return `${Math.round(100 * share)} %`;
    }

    function table(titles, rows) {
        const cells = (tag, values) => values.map(value => make(tag, {}, value));
        return make(
            "table", {className: "seedloupe-table"},
            make("thead", {}, make("tr", {}, ...cells("th", titles))),
            make("tbody", {}, ...rows.map(row => make("tr", {}, ...cells("td", row)))),
        );
    }

    function titleOf({name, purpose, shape, noise, flagged, looked_at: looked}) {
        const counted = looked ? `${flagged} of ${looked} pictures with text` : "nothing looked at yet";
        return `${name}, ${PURPOSES[purpose] ?? purpose}, ${noise} noise ${shape.join("x")}: ${counted}`;
    }

    class TallyTab {
        constructor(element) {
            this.choice = make("select", {id: "seedloupe_tally_choice"});
            this.choice.addEventListener("change", () => this.show());
            this.body = make("div", {role: "region", ariaLive: "polite"});
            element.replaceChildren(
                make("div", {className: "seedloupe-row"}, make("label", {className: "seedloupe-row"}, "Counted for ", this.choice),
                    button("Look again", () => this.list())),
                this.body,
            );
        }

        async list() {
            const before = this.choice.value;
            const {tallies, broken} = await seedloupe.ask("tallies");
            this.choice.replaceChildren(...tallies.map(one => make("option", {value: one.tally}, titleOf(one))));
            if (tallies.some(({tally}) => tally === before)) this.choice.value = before;
            this.broken = broken;
            if (tallies.length) await this.show();
            else this.say("Nothing has been counted yet. The inpaint check counts each picture it looks at, by its seed.");
        }

        say(...words) {
            const broken = this.broken.length ? `These files cannot be read: ${this.broken.join(", ")}.` : "";
            this.body.replaceChildren(...[...words, broken].filter(Boolean).map(line => make("p", {}, line)));
        }

        async show() {
            const tally = this.choice.value;
            try {
                const told = await seedloupe.ask("tally", {query: {tally}});
                if (this.choice.value === tally) this.fill(told);
            } catch (error) {
                this.say(error.message);
            }
        }

        fill(told) {
            const {prone, cleanest, damaged_lines: damaged, advice} = told;
            const few = seeds => `${seeds.slice(0, 8).join(", ")}${seeds.length > 8 ? ` and ${seeds.length - 8} more` : ""}`;
            this.say(
                prone.length ? `Write more often than the others, and are left out by retries: ${few(prone)}.`
                    : "No seed writes clearly more often than the others; that takes 8 pictures of it.",
                cleanest.length ? `Never wrote so far: ${few(cleanest)}.` : "",
                damaged ? `${damaged} damaged lines were left out.` : "",
                advice.message,
            );
            this.body.append(
                this.files(told.tally),
                make("details", {open: true}, make("summary", {}, "Seed by seed"), this.seeds(told.seeds)),
                make("details", {}, make("summary", {}, "The last pictures, to correct a verdict"), this.checks(told)),
            );
        }

        files(tally) {
            const link = kind => make("a", {
                href: seedloupe.address("tally/export", {tally, kind}), download: "", className: "seedloupe-link",
            }, kind === "csv" ? "Save as a spreadsheet" : "Save to pass on");
            return make("p", {className: "seedloupe-row"}, link("csv"), link("jsonl"));
        }

        seeds(counts) {
            const rows = counts.slice(0, MOST_ROWS).map(({seed, trials, flagged, low, high}) => (
                [seed, String(trials), String(flagged), `${percent(low)} to ${percent(high)}`]
            ));
            const box = make("div", {}, table(["Seed", "Looked at", "With text", "95 % interval"], rows));
            if (counts.length > MOST_ROWS) box.append(make("p", {}, `and ${counts.length - MOST_ROWS} more in the file`));
            return box;
        }

        checks({tally, checks}) {
            const rows = checks.map(({check, seed, flagged, said, reader}) => [
                seed, flagged ? "text" : "clean", reader, this.correction(tally, check, flagged, said),
            ]);
            return table(["Seed", "Verdict", "Who looked", "What you say"], rows);
        }

        correction(tally, check, flagged, said) {
            const to = said ? "nothing" : flagged ? "fine" : "missed";
            const title = {nothing: "Take it back", fine: "This is fine", missed: "It missed text"}[to];
            const now = said ? make("span", {}, said === "fine" ? "fine " : "text was missed ") : "";
            return make("span", {}, now, button(title, async () => {
                await seedloupe.ask("tally/correct", {body: {tally, check, said: to}});
                await this.show();
            }));
        }
    }

    seedloupe.part("tally", async element => {
        await new TallyTab(element).list();
    });

    if (typeof module === "object") module.exports = seedloupe;
})(globalThis.seedloupe = globalThis.seedloupe || {});
