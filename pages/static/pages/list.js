/** The list of workflows, alive: runs as they go, files dropped, menus that close. */

const SETTLE_MS = 400;
const RETRY_MS = 30000;

const list = () => document.getElementById("workflows");

/* --- The list follows what happens --- */

let feed = null;
let soon = null;
let later = null;

const isBusy = () => list().querySelector("details[open]") !== null;

/** Draws the list as the server would draw it now. */
async function refresh() {
    const response = await fetch(location.href);
    // Led to the sign-in page: half an answer is none.
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("workflows");
    if (!fresh || fresh.isEqualNode(list())) return;
    // Not under the hand of somebody who is about to choose.
    if (isBusy()) return refreshSoon();
    const focused = list().contains(document.activeElement) && document.activeElement;
    const places = [...list().querySelectorAll("a, summary, button")];
    const place = places.indexOf(focused);
    list().replaceWith(fresh);
    if (place >= 0) fresh.querySelectorAll("a, summary, button")[place]?.focus();
}

/** Several changes come at once: one look is enough for them. */
function refreshSoon() {
    clearTimeout(soon);
    soon = setTimeout(() => refresh().catch(console.warn), SETTLE_MS);
}

function listen() {
    if (feed || document.hidden) return;
    feed = new EventSource(list().dataset.feed);
    feed.addEventListener("open", refreshSoon);
    feed.addEventListener("run", refreshSoon);
    feed.addEventListener("stream-reset", refreshSoon);
    feed.addEventListener("error", () => {
        // The browser comes back by itself unless it was refused.
        if (feed?.readyState !== EventSource.CLOSED) return;
        feed = null;
        clearTimeout(later);
        later = setTimeout(listen, RETRY_MS);
    });
}

/** A hidden page gives its connection back: a browser has few for one server. */
function rest() {
    feed?.close();
    feed = null;
}

/* --- Files --- */

const input = document.querySelector("[data-import] input");
const problem = document.querySelector("[data-problem]");

function complain(text) {
    problem.textContent = text;
    problem.hidden = false;
}

/** What the server says is wrong, in its own words. */
async function refusal(response) {
    const said = await response.json().catch(() => ({}));
    const first = said.errors?.[0];
    const words = [first?.detail ?? said.error, first?.hint].filter(Boolean).join(" ");
    return words || `The server answered ${response.status}.`;
}

async function importFile(file) {
    problem.hidden = true;
    const text = await file.text();
    try {
        JSON.parse(text);
    } catch {
        return complain(`“${file.name}” is not a workflow: it holds no JSON.`);
    }
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(input.dataset.url, { method: "POST", headers, body: text });
    if (!response.ok) return complain(`“${file.name}” was not imported. ${await refusal(response)}`);
    location.href = input.dataset.to + (await response.json()).id;
}

function take(files) {
    if (!files.length) return;
    importFile(files[0]).catch(() => complain("The server could not be reached."));
}

function carriesFiles(event) {
    return event.dataTransfer?.types.includes("Files");
}

input.closest("[data-import]").hidden = false;
input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
});
document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.body.classList.add("takes-file");
});
document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("takes-file");
});
document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.body.classList.remove("takes-file");
    take([...event.dataTransfer.files]);
});

/* --- Search and menus --- */

const search = document.querySelector("[data-search]");
search.querySelector("[data-submit]").hidden = true;
search.querySelector("select").addEventListener("change", () => search.requestSubmit());

function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (menu !== except) menu.open = false;
    }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    closeMenus();
    open?.querySelector("summary").focus();
});

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
addEventListener("pagehide", rest);
addEventListener("pageshow", listen);
listen();
