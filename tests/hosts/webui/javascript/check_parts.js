// The parts of our tab with names that want to be markup, and the way of seeds to a tab.

"use strict";

const assert = require("node:assert");
const { Element, answering, byId, said } = require("./page.js");
const scripts = process.argv[2];
for (const name of ["seedloupe", "seedloupe_use"]) require(`${scripts}/${name}.js`);

const EVIL = `"><img src=x onerror=alert(1)></option><script>alert(2)</script>&key=stolen\u2028`;
const key = new Element("div");
key.dataset.key = "of-the-page";
byId.set("#seedloupe_key", key);

async function checkBase() {
    const { seedloupe } = globalThis;
    answering({ tables: { tables: [] }, bad: new Error("No such table.") });
    await seedloupe.ask("tables");
    assert.equal(said.asked[0].headers["X-Seedloupe-Key"], "of-the-page");
    assert.equal(said.asked[0].method, undefined);
    await assert.rejects(seedloupe.ask("bad", { body: {} }), /^Error: No such table.$/);
    assert.equal(said.asked[1].headers["Content-Type"], "application/json");
    const address = seedloupe.address("atlas/sheet", { table: EVIL });
    assert.equal(new URL(address, "http://a/").searchParams.get("table"), EVIL);
    assert.equal(new URL(address, "http://a/").searchParams.get("key"), "of-the-page");
    const made = seedloupe.make("p", {}, EVIL, null, seedloupe.make("b", {}, "x"));
    assert.deepEqual(made.words, [EVIL, "x"]);
}

async function checkAtlas() {
    const { AtlasTab } = require(`${scripts}/seedloupe_atlas.js`);
    const told = {
        table: EVIL, seeds: 3, sheet: true, aspect: 1.5, rules: ["golden", "layout", EVIL], kinds: [EVIL], tags: [EVIL],
        model: EVIL, noise: EVIL, size: [96, 64], made_with: EVIL, notes: [EVIL], advice: EVIL, stamp: EVIL,
    };
    answering({
        tables: { tables: [{ table: EVIL }, { table: "broken", problem: EVIL }] },
        "atlas/table": told,
        "atlas/filter": { kept: "", sifted: EVIL, want: { [EVIL]: 2 }, avoid: { [EVIL]: 1 } },
        "atlas/pick": { chosen: ["7", "9"], rule: EVIL, reasons: [EVIL], boxes: [] },
    });
    const tab = new AtlasTab({ map: "", frame: "", css: "" });
    const heard = [];
    tab.start({ openFrame() {}, openAtlas: (element, link) => link.hear(message => heard.push(message)) });
    await tab.list();
    await new Promise(resolve => setTimeout(resolve));
    assert.ok(tab.element.words.some(words => words.includes(EVIL)));
    assert.deepEqual(tab.rule.children.map(({ value }) => value), ["golden"]);
    for (const element of tab.element.everything) {
        for (const name of ["src", "href", "onclick", "srcdoc"]) assert.ok(!(name in element), name);
    }
    await tab.pick("golden");
    assert.deepEqual(heard.at(-1).chosen, ["7", "9"]);
    const body = JSON.parse(said.asked.at(-1).body);
    assert.deepEqual([body.table, body.rule, body.count], [EVIL, "golden", 4]);
    tab.heardFrame([[0, 0, 0.5, 1]]);
    await tab.pick("layout");
    assert.deepEqual(JSON.parse(said.asked.at(-1).body).boxes, [[0, 0, 0.5, 1]]);
    answering({ "atlas/pick": new Error(EVIL) });
    await tab.pick("golden");
    assert.deepEqual(tab.why.words, [EVIL]);
}

async function checkTally() {
    require(`${scripts}/seedloupe_tally.js`);
    const one = { tally: EVIL, name: EVIL, purpose: EVIL, shape: [4, 6, 8], noise: EVIL, flagged: 1, looked_at: 9 };
    const checks = [{ check: EVIL, seed: "7", flagged: true, said: null, reader: EVIL }];
    answering({
        tallies: { tallies: [one], broken: [EVIL] },
        tally: {
            tally: EVIL, seeds: [{ seed: EVIL, trials: 9, flagged: 1, low: 0.1, high: 0.4 }], prone: [EVIL],
            cleanest: [EVIL], damaged_lines: 1, advice: { message: EVIL }, checks,
        },
        "tally/correct": {},
    });
    const { opened } = globalThis;
    const element = new Element("div");
    await opened.get("tally")(element);
    assert.ok(element.words.filter(words => words.includes(EVIL)).length >= 5);
    for (const { href } of element.everything.filter(({ href }) => href)) {
        assert.equal(new URL(href, "http://a/").origin, "http://a");
    }
    const fine = element.everything.find(({ tag, words }) => tag === "button" && words[0] === "This is fine");
    await fine.click();
    const posted = said.asked.find(({ address }) => address.endsWith("tally/correct"));
    assert.deepEqual(JSON.parse(posted.body), { tally: EVIL, check: EVIL, said: "fine" });
}

async function checkMine() {
    const { MineTab } = require(`${scripts}/seedloupe_mine.js`);
    const leader = { seed: EVIL, gain: 0.5, low: -0.25, high: 1e9, pictures: 4, state: EVIL };
    const report = {
        stage: EVIL, made: 4, left: 9, seconds_left: 100, racing: 1, better: 1, dropped: 0, failed: 1, verdict: EVIL,
        leaders: [leader],
    };
    const state = {
        name: EVIL, running: false, report, notes: [EVIL], problem: EVIL, table: EVIL, runs: [{ name: EVIL, table: false }],
        scorers: [
            { name: "appearance", measures: EVIL, needs: "nothing", lacks: "" },
            { name: "fid", measures: EVIL, needs: EVIL, lacks: "nothing to compare with: give some" },
            { name: "clip", measures: EVIL, needs: EVIL, lacks: "no weights" },
        ],
        references: [EVIL],
    };
    const element = new Element("div");
    const tab = new MineTab(element);
    tab.show(state);
    assert.ok(element.words.filter(words => words.includes(EVIL)).length >= 6);
    const bars = element.everything.filter(({ className }) => className === "seedloupe-bar-reach");
    assert.deepEqual([bars[0].style.left, bars[0].style.width], ["25%", "75%"]);
    answering({ "mine/start": new Error(EVIL), "mine/resume": { ...state, running: false } });
    Object.assign(tab.prompts, { value: " a ball \n\na tent" });
    Object.assign(tab.name, { value: " one " });
    await tab.start();
    assert.equal(tab.outlook.textContent, EVIL);
    const body = JSON.parse(said.asked.at(-1).body);
    assert.deepEqual([body.name, body.prompts, body.seeds, body.sampler], ["one", ["a ball", "a tent"], 256, "Euler"]);
    assert.deepEqual([body.scorers, body.objective, body.reference, body.exhaustive], [[], [], "", false]);
    const [use, decides] = tab.scorers.rows.get("fid");
    Object.assign(decides, { checked: true });
    decides.listeners.change();
    Object.assign(tab.scorers.reference, { value: EVIL });
    Object.assign(tab.every, { checked: true });
    tab.show(state); // as when the run is watched: what was ticked stays
    const order = tab.order();
    assert.deepEqual([order.scorers, order.objective, order.reference, order.exhaustive], [["fid"], ["fid"], EVIL, true]);
    assert.ok(use.checked && !tab.scorers.rows.has("clip"));
    assert.ok(tab.scorers.absent.words.some(words => words.startsWith("clip: ")));
    const asked = {
        running: false, line: EVIL, done: 4, images: 96, prompts: [EVIL], notes: [EVIL], problem: EVIL,
        spaces: [{ name: EVIL, seed: null }, { name: EVIL, seed: 0.1, low: 0, high: 0.2, prompt: 0.5, neither: 0.4, p: 0.02 }],
    };
    answering({ "mine/resume": { ...state, running: false }, "variance/start": asked });
    await tab.variance.change("variance/start", tab.order());
    assert.ok(tab.variance.element.words.filter(words => words.includes(EVIL)).length >= 5);
    const { src } = tab.variance.element.everything.find(({ className }) => className === "seedloupe-grid");
    assert.equal(new URL(src, "http://a/").origin, "http://a");
    await tab.resume(EVIL);
    assert.equal(JSON.parse(said.asked.at(-1).body).name, EVIL);
}

async function checkThumbs() {
    const { Thumbs, isPicked } = require(`${scripts}/seedloupe_thumbs.js`);
    assert.ok(isPicked("a cat\nSteps: 4, Seedloupe table: mine, Seedloupe rank: 1 of 4"));
    assert.ok(!isPicked("a cat\nSteps: 4") && !isPicked("") && !isPicked(undefined));
    const thumbs = new Thumbs();
    const parameters = "a cat\nSteps: 4, Seedloupe table: mine";
    answering({ "thumb/look": { can: true, liked: null, why: "" }, thumb: { can: true, liked: true, why: "" } });
    await thumbs.look("a cat\nSteps: 4");
    assert.ok(thumbs.element.hidden);
    await thumbs.look(parameters);
    assert.ok(!thumbs.element.hidden);
    const [[, like], [, dislike]] = thumbs.buttons;
    await like.listeners.click();
    assert.deepEqual(JSON.parse(said.asked.at(-1).body), { parameters, liked: true });
    await new Promise(resolve => setTimeout(resolve));
    assert.deepEqual([like.ariaPressed, dislike.ariaPressed], ["true", "false"]);
    like.listeners.click(); // a second press takes it back
    assert.deepEqual(JSON.parse(said.asked.at(-1).body), { parameters, liked: null });
    answering({ "thumb/look": { can: false, liked: null, why: EVIL }, thumb: new Error(EVIL) });
    await thumbs.look(`${parameters}, Version: 2`);
    assert.deepEqual([thumbs.said.textContent, like.hidden], [EVIL, true]);
}

function checkUse() {
    const { seedloupe } = globalThis;
    assert.match(seedloupe.useSeeds("txt2img", "t", ["7"], null), /no seed to set/);
    const [seed, width, height] = ["seed", "width", "height"].map(() => new Element("input"));
    byId.set("#txt2img_seed input", seed);
    byId.set("#txt2img_width input[type=number]", width);
    byId.set("#txt2img_height input[type=number]", height);
    const large = "18446744073709551615";
    assert.equal(seedloupe.useSeeds("txt2img", "t", [large], [96, 64]), `Seed ${large} is in txt2img.`);
    assert.deepEqual([seed.value, width.value, height.value], [large, 96, 64]);
    assert.deepEqual(said.updated, [seed, width, height]);
    assert.match(seedloupe.useSeeds("txt2img", "t", ["1", "2"], null), /first of 2/);
    const [message, take] = [new Element("textarea"), new Element("button")];
    let pressed = 0;
    take.addEventListener("click", () => { pressed += 1; });
    byId.set("#script_txt2img_seedloupe_message textarea", message);
    byId.set("#script_txt2img_seedloupe_take", take);
    assert.equal(seedloupe.useSeeds("txt2img", EVIL, ["1", "2"], null), "2 seeds take turns in txt2img.");
    assert.deepEqual(JSON.parse(message.value), { table: EVIL, seeds: ["1", "2"] });
    assert.deepEqual([pressed, seed.value, said.shown.at(-1)], [1, "-1", "txt2img"]);
}

(async () => {
    globalThis.opened = new Map();
    const { part } = globalThis.seedloupe;
    globalThis.seedloupe.part = (name, open) => {
        part(name, open);
        globalThis.opened.set(name, open);
    };
    await checkBase();
    await checkAtlas();
    await checkTally();
    await checkMine();
    await checkThumbs();
    checkUse();
    console.log("all is well");
})();
