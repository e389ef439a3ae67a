// A small picture on which boxes are drawn: objects should stand there. For any host, see docs/atlas.md.

const MOST_BOXES = 4;
const LEAST_SIDE = 0.06;

/** Bring an element to life; link has hear(listener) and send(message), messages are plain objects. */
function openFrame(element, link) {
  const frame = element.querySelector("[data-part=frame]");
  const say = element.querySelector("[data-part=say]");
  const clear = element.querySelector("[data-part=clear]");
  const how = element.querySelector("[data-part=how]");
  let boxes = [];
  let most = MOST_BOXES;
  let drawn = null;

  const read = told => {
    boxes = told.boxes || [];
    most = told.most || MOST_BOXES;
    if (most === 1) how.textContent = "Drag a box, or tap.";
    frame.style.aspectRatio = String(told.aspect || 1);
    show();
  };
  const tell = text => {
    link.send({type: "boxes", boxes});
    if (text) say.textContent = text;
  };
  const show = focused => {
    frame.querySelectorAll("button").forEach(old => old.remove());
    boxes.forEach((box, at) => frame.append(boxButton(box, at)));
    frame.classList.toggle("sl-blank", boxes.length === 0);
    clear.disabled = boxes.length === 0;
    if (focused !== undefined) {
      const buttons = frame.querySelectorAll("button");
      (buttons[Math.min(focused, buttons.length - 1)] || frame).focus();
    }
  };
  const boxButton = (box, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(at + 1);
    button.setAttribute("aria-label", `Place ${at + 1}, ${placeWords(box)}`);
    place(button, box);
    button.addEventListener("keydown", event => edit(event, at));
    return button;
  };
  const add = box => {
    if (boxes.length >= most) boxes.shift();
    boxes.push(box.map(value => Math.round(1000 * value) / 1000));
    tell(`Place ${boxes.length}, ${placeWords(box)}`);
    show();
  };
  const edit = (event, at) => {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (event.key === "Delete" || event.key === "Backspace") boxes.splice(at, 1);
    else if (step) boxes[at] = pushed(boxes[at], step, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
    tell(step ? placeWords(boxes[at]) : "Place removed");
    show(at);
  };
  frame.addEventListener("keydown", event => {
    if (event.target !== frame || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    add([0.35, 0.35, 0.65, 0.65]);
    show(boxes.length - 1);
  });
  frame.addEventListener("pointerdown", event => {
    if (event.button > 0) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    const from = shareIn(frame, event);
    const ghost = document.createElement("i");
    frame.append(ghost);
    drawn = {from, box: null, ghost};
  });
  frame.addEventListener("pointermove", event => {
    if (!drawn) return;
    drawn.box = boxBetween(drawn.from, shareIn(frame, event));
    place(drawn.ghost, drawn.box);
  });
  const lift = event => {
    if (!drawn) return;
    const {from, box, ghost} = drawn;
    drawn = null;
    ghost.remove();
    if (event.type === "pointercancel") return;
    const large = box && box[2] - box[0] >= LEAST_SIDE && box[3] - box[1] >= LEAST_SIDE;
    add(large ? box : around(from)); // a tap stands for a box of usual size
  };
  frame.addEventListener("pointerup", lift);
  frame.addEventListener("pointercancel", lift);
  clear.addEventListener("click", () => {
    boxes = [];
    tell("All places removed");
    show();
    frame.focus();
  });
  link.hear(read);
}

function shareIn(frame, event) {
  const box = frame.getBoundingClientRect();
  const within = value => Math.min(1, Math.max(0, value));
  return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
}

function boxBetween([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

function around([x, y]) {
  const left = Math.min(0.7, Math.max(0, x - 0.15));
  const top = Math.min(0.7, Math.max(0, y - 0.15));
  return [left, top, left + 0.3, top + 0.3];
}

/** Move a box, or its far corner, by a twentieth of the picture; it stays inside. */
function pushed([x0, y0, x1, y1], [dx, dy], resize) {
  const within = (value, low, high) => Math.round(1000 * Math.min(high, Math.max(low, value))) / 1000;
  if (resize) {
    return [x0, y0, within(x1 + dx / 20, x0 + LEAST_SIDE, 1), within(y1 + dy / 20, y0 + LEAST_SIDE, 1)];
  }
  const x = within(x0 + dx / 20, 0, 1 - (x1 - x0));
  const y = within(y0 + dy / 20, 0, 1 - (y1 - y0));
  return [x, y, within(x + x1 - x0, 0, 1), within(y + y1 - y0, 0, 1)];
}

function place(element, [x0, y0, x1, y1]) {
  element.style.left = `${100 * x0}%`;
  element.style.top = `${100 * y0}%`;
  element.style.width = `${100 * (x1 - x0)}%`;
  element.style.height = `${100 * (y1 - y0)}%`;
}

function placeWords([x0, y0, x1, y1]) {
  const percent = value => Math.round(100 * value);
  return `from ${percent(x0)} to ${percent(x1)} percent across, ${percent(y0)} to ${percent(y1)} down`;
}
