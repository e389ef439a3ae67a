// The sub-tab Mine: order a run with txt2img's settings, watch its leader board, stop, go on.

"use strict";

(function (seedloupe) {
    const {make, button} = seedloupe;
    const STATES = {racing: "not decided", better: "better", dropped: "left"};
    const STAGES = {
        mine: "Measuring seeds", confirm: "Checking the best with prompts they never saw", done: "Done",
        waiting: "Another program works on this run", stopped: "Stopped",
    };
    const VERDICTS = {
        effect: "the choice of seed matters with this model", no_effect: "no effect of the seed was seen",
        undecided: "undecided: more pictures would have to tell",
    };

    function valueOf(selector, usual) {
        const control = gradioApp().querySelector(selector);
        return control && control.value !== "" ? control.value : usual;
    }

    /** What txt2img is set to now. */
    function pageSettings() {
        const number = (name, usual) => Number(valueOf(`#txt2img_${name} input[type=number]`, usual));
        return {
            width: number("width", 512), height: number("height", 512), steps: number("steps", 20),
            guidance: number("cfg_scale", 7), batch: Math.max(1, number("batch_size", 1)),
            sampler: valueOf("#txt2img_sampling input", "Euler"),
            scheduler: valueOf("#txt2img_scheduler input", "Automatic"),
        };
    }

    function timeWords(seconds) {
        if (seconds === null) return "";
        if (seconds < 90) return `about ${Math.round(seconds)} s left`;
        if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
        return `about ${(seconds / 3600).toFixed(1)} h left`;
    }

    /** Where a bound stands on a bar that reaches from -reach to reach, in percent. */
    seedloupe.shareOnBar = function (value, reach) {
        return 50 + 50 * Math.max(-1, Math.min(1, value / reach));
    };

    function bar({low, high, gain}, reach) {
        const [from, to, at] = [low, high, gain].map(value => seedloupe.shareOnBar(value, reach));
        const part = (name, left, width) => {
            const element = make("span", {className: `seedloupe-bar-${name}`});
            element.style.left = `${left}%`;
            element.style.width = `${width}%`;
            return element;
        };
        return make(
            "span", {className: "seedloupe-bar", role: "img", ariaLabel: `${gain.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)}`},
            part("nought", 50, 0), part("reach", from, to - from), part("gain", at, 0),
        );
    }

    /** Show how work stands until it ends; what goes wrong is said in `told`. */
    async function follow(part, path, told) {
        if (part.watching) return;
        part.watching = true;
        try {
            let state;
            do {
                await new Promise(resolve => setTimeout(resolve, 1500));
                state = await seedloupe.ask(path);
                part.show(state);
            } while (state.running);
        } catch (error) {
            told.textContent = error.message;
        } finally {
            part.watching = false;
        }
    }

    /** Which scorers are wanted, which of them decide, and what pictures are compared with. */
    class ScorerChoice {
        constructor() {
            this.rows = new Map();
            this.table = make("tbody");
            this.absent = make("ul", {className: "seedloupe-absent"});
            this.reference = make("select", {id: "seedloupe_mine_reference"});
            const titles = ["Use", "Decides", "Scorer", "What it measures"].map(title => make("th", {}, title));
            this.element = make("details", {id: "seedloupe_mine_scorers"},
                make("summary", {}, "Scored by"),
                make("p", {}, "With nothing ticked: all that need nothing, and all whose weights are here. Where nothing "
                    + "is ticked as deciding, all scores count alike in the race."),
                make("table", {className: "seedloupe-table"}, make("thead", {}, make("tr", {}, ...titles)), this.table),
                make("label", {className: "seedloupe-row"}, make("span", {}, "Compare with"), this.reference),
                make("p", {}, "Not here yet; weights go into models/seedloupe_scorers, a folder of the scorer's name each, "
                    + "pictures or .npz statistics to compare with into models/seedloupe_references:"),
                this.absent,
            );
        }

        /** Show what there is now; what was ticked stays ticked. */
        offer(scorers, references) {
            const before = this.chosen(), key = JSON.stringify([scorers, references]);
            if (key === this.shown) return;
            this.shown = key;
            const usable = scorers.filter(({lacks}) => !lacks || lacks.startsWith("nothing to compare with"));
            this.rows = new Map(usable.map(({name}) => [name, ["use", "decides"].map(part => make("input", {
                type: "checkbox", ariaLabel: `${part} ${name}`,
                checked: (part === "use" ? before.scorers : before.objective).includes(name),
            }))]));
            for (const [use, decides] of this.rows.values()) decides.addEventListener("change", () => { use.checked ||= decides.checked; });
            this.table.replaceChildren(...usable.map(({name, measures}) => make("tr", {},
                ...[...this.rows.get(name), name, measures].map(cell => make("td", {}, cell)))));
            this.reference.replaceChildren(...["", ...references].map(name => make("option", {value: name}, name || "nothing")));
            this.reference.value = before.reference;
            this.absent.replaceChildren(...scorers.filter(({name}) => !this.rows.has(name))
                .map(({name, measures, needs}) => make("li", {}, `${name}: ${measures}. Needs: ${needs}.`)));
        }

        chosen() {
            const ticked = place => [...this.rows].filter(([, boxes]) => boxes[place].checked).map(([name]) => name);
            return {scorers: ticked(0), objective: ticked(1), reference: this.reference.value || ""};
        }
    }

    /** The first step: whether choosing seeds is worth anything, in one sentence above its pictures. */
    class VariancePart {
        constructor(order) {
            this.order = order;
            this.answer = make("p", {role: "status"});
            this.rest = make("div", {});
            this.element = make("div", {id: "seedloupe_variance"},
                make("p", {}, "First ask whether the seed matters with this checkpoint: one picture of each of 12 seeds with each of up to "
                    + "8 of your prompts, or of some usual ones, tells whether mining is worth anything."),
                make("div", {className: "seedloupe-row"},
                    button("Does the seed matter?", () => this.change("variance/start", this.order()), {id: "seedloupe_variance_start"}),
                    button("Stop", () => this.change("variance/stop", {}), {id: "seedloupe_variance_stop"})),
                this.answer, this.rest,
            );
        }

        async change(path, body) {
            if (path.endsWith("start")) this.answer.textContent = "Loading the model and drawing a trial …";
            try {
                const state = await seedloupe.ask(path, {body});
                this.show(state);
                if (state.running) this.watch();
            } catch (error) {
                this.answer.textContent = error.message;
            }
        }

        watch() {
            return follow(this, "variance", this.answer);
        }

        show({running, line, done, prompts, spaces, notes, problem}) {
            if (running || line || problem) this.answer.textContent = [line, problem].filter(Boolean).join(" ") || "The first batch is on its way.";
            const parts = notes.map(note => make("p", {}, note));
            if (spaces.length) parts.push(this.table(spaces));
            if (done) parts.push(this.pictures(done, prompts, spaces.length > 0));
            this.rest.replaceChildren(...parts);
        }

        pictures(done, prompts, finished) {
            const picture = make("img", {
                className: "seedloupe-grid", alt: "a row a seed, a column a prompt", src: seedloupe.address("variance/picture", {done: String(done)}),
            });
            const list = make("ol", {}, ...prompts.map(prompt => make("li", {}, prompt)));
            return make("details", {open: !finished}, make("summary", {}, "The pictures"), picture, list);
        }

        table(spaces) {
            const percent = value => `${Math.round(100 * value)} %`;
            const rows = spaces.map(one => make("tr", {}, ...(one.seed === null
                ? [one.name, "nothing varies", "", "", "", ""]
                : [one.name, percent(one.seed), `${percent(one.low)} to ${percent(one.high)}`, percent(one.prompt), percent(one.neither), one.p.toFixed(3)]
            ).map(cell => make("td", {}, cell))));
            const titles = ["What", "The seed's", "95 % interval", "The prompt's", "Neither's", "p"];
            return make("details", {}, make("summary", {}, "The numbers"), make("table", {className: "seedloupe-table"},
                make("thead", {}, make("tr", {}, ...titles.map(title => make("th", {}, title)))), make("tbody", {}, ...rows)));
        }
    }

    class MineTab {
        constructor(element) {
            this.element = element;
            this.variance = new VariancePart(() => this.order());
            this.scorers = new ScorerChoice();
            this.detect = make("input", {type: "number", min: 0, max: 10, step: 0.1, value: 0, id: "seedloupe_mine_detect"});
            this.every = make("input", {type: "checkbox", checked: false, id: "seedloupe_mine_every"});
            this.name = make("input", {type: "text", id: "seedloupe_mine_name", placeholder: "my-model"});
            this.prompts = make("textarea", {id: "seedloupe_mine_prompts", rows: 8, placeholder: "one prompt a line; a third is kept to check the best seeds"});
            this.seeds = make("input", {type: "number", min: 2, value: 256});
            this.minutes = make("input", {type: "number", min: 0, value: 0});
            this.outlook = make("p", {role: "status"});
            this.standing = make("div", {role: "region"});
            this.runs = make("div", {className: "seedloupe-row"});
            const labelled = (title, control) => make("label", {className: "seedloupe-row"}, make("span", {}, title), control);
            element.replaceChildren(
                make("p", {}, "Find out which seeds do well with the loaded checkpoint. Size, sampler, steps, CFG and batch size "
                    + "are those txt2img is set to now. Your own pictures come first: mining takes one batch at a time between them."),
                this.variance.element,
                labelled("Name of the table", this.name),
                labelled("Prompts", this.prompts),
                make("div", {className: "seedloupe-row"}, labelled("Seeds", this.seeds), labelled("Stop after minutes (0: when done)", this.minutes)),
                make("div", {className: "seedloupe-row"}, labelled("Smallest gain to race for, sd (0: what the prompts show)", this.detect),
                    labelled("Make every picture, without a race", this.every)),
                this.scorers.element,
                make("div", {className: "seedloupe-row"}, button("What would it take?", () => this.plan(), {id: "seedloupe_mine_plan"}),
                    button("Mine", () => this.start(), {id: "seedloupe_mine_start"}),
                    button("Stop", () => this.stop(), {id: "seedloupe_mine_stop"})),
                this.outlook, this.standing, this.runs,
            );
        }

        order() {
            const prompts = this.prompts.value.split("\n").map(line => line.trim()).filter(Boolean);
            return {
                name: this.name.value.trim(), prompts, seeds: Number(this.seeds.value), minutes: Number(this.minutes.value),
                detect: Number(this.detect.value), exhaustive: this.every.checked, ...this.scorers.chosen(), ...pageSettings(),
            };
        }

        async asked(path, body) {
            try {
                return await seedloupe.ask(path, {body});
            } catch (error) {
                this.outlook.textContent = error.message;
                return null;
            }
        }

        async plan() {
            const told = await this.asked("mine/plan", this.order());
            if (!told) return;
            this.outlook.textContent = `${told.races ? "About" : ""} ${told.pictures} pictures: ${told.mined} prompts choose, `
                + `${told.held_out} confirm. Single seeds that are less than ${told.smallest_seed.toFixed(2)} standard deviations `
                + `better cannot be told from chance, nor a pool of the best below ${told.smallest_pool.toFixed(2)}.`;
        }

        async start() {
            this.outlook.textContent = "Loading the model and drawing a trial …";
            this.take(await this.asked("mine/start", this.order()));
        }

        async resume(name) {
            this.take(await this.asked("mine/resume", {name, minutes: Number(this.minutes.value)}));
        }

        async stop() {
            this.take(await this.asked("mine/stop", {}));
        }

        take(state) {
            if (!state) return;
            this.outlook.textContent = "";
            this.show(state);
            if (state.running) this.watch();
        }

        watch() {
            return follow(this, "mine", this.outlook);
        }

        show(state) {
            this.scorers.offer(state.scorers, state.references);
            this.standing.replaceChildren(...this.lines(state).map(line => make("p", {}, line)));
            if (state.report && state.report.leaders.length) this.standing.append(this.board(state.report.leaders));
            const open = state.runs.filter(({name, table}) => !table && !(state.running && name === state.name));
            this.runs.replaceChildren(...open.map(({name}) => button(`Go on with ${name}`, () => this.resume(name))));
        }

        lines({name, running, report, notes, problem, table}) {
            const lines = [];
            if (report) {
                const {stage, made, left, seconds_left: seconds, racing, better, dropped, failed} = report;
                lines.push(`${name}: ${STAGES[stage] ?? stage}. ${made} pictures measured${left && running ? `, about ${left} to go, ${timeWords(seconds)}` : ""}.`);
                if (racing + better + dropped) lines.push(`${better} seeds better than the mean seed, ${racing} not decided, ${dropped} left the race.`);
                if (failed) lines.push(`${failed} pictures were broken; they are counted and not scored.`);
            } else if (running) {
                lines.push(`${name}: the first batch is on its way.`);
            }
            if (table) lines.push(`The table ${table} is ready: ${VERDICTS[report.verdict] ?? report.verdict}. Choose it in the Atlas or on the panel.`);
            return [...lines, ...notes, problem].filter(Boolean);
        }

        board(leaders) {
            const reach = Math.max(0.5, ...leaders.flatMap(({low, high}) => [Math.abs(low), Math.abs(high)]).filter(value => value < 1e8));
            const rows = leaders.map(one => make("tr", {}, ...[
                one.seed, String(one.pictures), STATES[one.state] ?? one.state, one.gain.toFixed(2), bar(one, reach),
            ].map(cell => make("td", {}, cell))));
            const titles = ["Seed", "Pictures", "Race", "Better by, sd", "95 % interval; the line is the mean seed"];
            return make("table", {className: "seedloupe-table"},
                make("thead", {}, make("tr", {}, ...titles.map(title => make("th", {}, title)))), make("tbody", {}, ...rows));
        }
    }

    seedloupe.part("mine", async element => {
        const tab = new MineTab(element);
        const [state, asked] = await Promise.all([seedloupe.ask("mine"), seedloupe.ask("variance")]);
        tab.show(state);
        tab.variance.show(asked);
        if (asked.running) tab.variance.watch();
        if (state.running) tab.watch();
    });

    if (typeof module === "object") module.exports = {...seedloupe, MineTab, ScorerChoice, VariancePart};
})(globalThis.seedloupe = globalThis.seedloupe || {});
