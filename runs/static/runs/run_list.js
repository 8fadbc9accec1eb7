/** Keeps the list of runs true: asks how those of the page stand while any goes on. */

const EVERY_MS = 2000;
const ENDED = new Set(["completed", "error", "cancelled"]);

const live = document.getElementById("run-live");

/** Where a run of the page stands, by the element that shows it. */
function goingOn() {
    const shown = [...document.querySelectorAll("[data-run]")];
    return shown.filter((badge) => !ENDED.has(badge.dataset.status));
}

function show(badge, { status, duration }) {
    const took = document.querySelector(`[data-duration="${badge.dataset.run}"]`);
    if (took) took.textContent = duration;
    if (badge.dataset.status === status) return;
    const drawn = live.querySelector(`[data-badge="${status}"]`);
    if (!drawn) return;
    badge.dataset.status = status;
    badge.replaceChildren(drawn.content.cloneNode(true));
    // What was a sign of hanging is one no longer.
    badge.parentElement.querySelector(".run-sign")?.replaceChildren();
}

async function refresh() {
    const badges = goingOn();
    const url = new URL(live.dataset.url, location.href);
    url.searchParams.set("ids", badges.map((badge) => badge.dataset.run).join(","));
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    // Whoever is not signed in any more is led to the login.
    if (response.redirected) return location.reload();
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const runs = await response.json();
    for (const badge of badges) {
        const run = runs[badge.dataset.run];
        if (run) show(badge, run);
    }
}

/** Looks again after a while, as long as somebody watches and something goes on. */
async function watch() {
    if (!document.hidden && goingOn().length) {
        try {
            await refresh();
        } catch (error) {
            console.warn("The list could not be refreshed.", error);
        }
    }
    setTimeout(watch, EVERY_MS);
}

if (live) watch();
