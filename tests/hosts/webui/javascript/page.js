// A page of a few lines, in place of the web UI's: markup is refused, and everything said is kept.

"use strict";

const byId = new Map();
const said = { asked: [], opened: [], updated: [], shown: [] };

class Element {
    constructor(tag) {
        Object.assign(this, { tag, dataset: {}, style: {}, children: [], listeners: {}, classList: { toggle() {} } });
    }
    append(...more) {
        this.children.push(...more);
    }
    replaceChildren(...more) {
        this.children = more;
        if (this.tag === "select" && more.length) this.value = more[0].value;
    }
    addEventListener(name, act) {
        this.listeners[name] = act;
    }
    click() {
        return this.listeners.click?.();
    }
    querySelectorAll(selector) {
        const all = this.children.flatMap(child => (child instanceof Element ? [child, ...child.querySelectorAll(selector)] : []));
        return all.filter(one => one.tag === "input" && one.checked);
    }
    /** Everything that would be read on the page. */
    get words() {
        const own = this.textContent ? [this.textContent] : [];
        return [...own, ...this.children.flatMap(child => (child instanceof Element ? child.words : [String(child)]))];
    }
    get everything() {
        return [this, ...this.children.flatMap(child => (child instanceof Element ? child.everything : []))];
    }
    set innerHTML(markup) { throw new Error(`markup: ${markup}`); }
    set outerHTML(markup) { throw new Error(`markup: ${markup}`); }
    insertAdjacentHTML() { throw new Error("markup"); }
}

globalThis.document = { createElement: tag => new Element(tag), baseURI: "http://web.ui/" };
globalThis.DOMParser = class {
    parseFromString() {
        return { body: { childNodes: [] } };
    }
};
globalThis.gradioApp = () => ({ querySelector: selector => byId.get(selector) ?? null });
globalThis.updateInput = control => said.updated.push(control);
globalThis.switch_to_txt2img = () => said.shown.push("txt2img");
globalThis.switch_to_img2img = () => said.shown.push("img2img");

/** Answer questions: by the part of the address before the question mark. */
function answering(answers) {
    globalThis.fetch = async (address, options = {}) => {
        said.asked.push({ address, ...options });
        const found = answers[address.replace(/^\.\/seedloupe\//, "").split("?")[0]];
        const [status, body] = found instanceof Error ? [400, { error: found.message }] : [200, found];
        return { ok: status < 400, status, json: async () => body };
    };
}

module.exports = { Element, answering, byId, said };
