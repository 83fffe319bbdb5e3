// Lantern & Co: the site's own script. It calls what the tags define, as the
// scripts of real sites do, and must go on working when they are gone.

document.addEventListener("click", function (event) {
  var link = event.target.closest("a[download]");
  if (!link) return;
  gtag("event", "file_download", { file_name: link.getAttribute("href") });
  _hmt.push(["_trackEvent", "brochure", "download"]);
  document.documentElement.dataset.downloaded = "yes";
});

document.addEventListener("submit", function () {
  if (window.fbq) fbq("track", "Lead");
});
