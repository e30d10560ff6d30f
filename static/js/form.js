// The form of a page. One entry, so that each part is loaded once, under one name.
import "./form/complete.js";
import "./form/editors.js";
import "./form/rows.js";
import "./form/leave.js";
import "./form/links.js";
import "./form/live.js";
import "./form/ready.js";
