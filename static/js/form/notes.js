// What stands below a box about its pastes: a line, and the buttons that it needs. It is said aloud too.
import { announce } from "./announce.js";

export class Note {
  constructor(frame, kind, words, buttons = {}) {
    const line = document.createElement("p");
    line.textContent = words;
    this.element = document.createElement("div");
    this.element.className = `paste-note ${kind}`;
    this.element.append(line);
    for (const [name, press] of Object.entries(buttons)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", press);
      this.element.append(button);
    }
    frame.append(this.element);
    announce(words);
  }

  add(words) {
    const line = this.element.querySelector("p");
    line.textContent += ` ${words}`;
    announce(line.textContent);
  }

  remove() {
    this.element.remove();
  }
}
