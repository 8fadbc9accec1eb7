/** The link that opens a list's filters has no address: lets the keyboard reach it. */

function reachable(link) {
    link.tabIndex = 0;
    link.setAttribute("role", "button");
    link.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        link.click();
    });
}

document.querySelectorAll("#changelist a:not([href])").forEach(reachable);
