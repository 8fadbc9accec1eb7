/** Puts the editor into the page of a workflow, and tells it where its server is. */

const root = document.getElementById("editor");
const note = document.getElementById("note");
const { workflowId, module, readOnly, mayRun, urls } = JSON.parse(root.dataset.config);

async function open() {
    const { attachPending, createServerPersistence, createWorkflowEditor, run } = await import(module);
    const { resume: resumeUrl, cancel: cancelUrl } = urls;
    const wanted = new URLSearchParams(location.search).get("run");
    const ready = () => {
        editor.on("change", name);
        if (wanted) return editor.showRun(wanted);
        if (mayRun) return attachPending({ pendingUrl: urls.pending, resumeUrl, cancelUrl, editor });
    };
    const start = ({ inputs, signal }) => run({ url: urls.run, resumeUrl, cancelUrl, editor, inputs, signal });
    const editor = createWorkflowEditor(root, {
        persistence: createServerPersistence(urls.workflow),
        onRun: mayRun ? start : undefined,
        onReady: ready,
        readOnly,
        workflowId,
    });
}

/** The window is called as the workflow is. */
function name(graph) {
    const called = graph.metadata?.name?.trim();
    if (called) document.title = `${called} · Wayflow`;
}

open().catch((error) => {
    console.error(error);
    note.role = "alert";
    note.textContent = "The editor could not be loaded. Load the page again, or ask whoever runs this server.";
});
