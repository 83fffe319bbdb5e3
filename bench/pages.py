"""The pages that the benchmark serves: written for it, the same every time.

They look like a company's marketing pages: navigation, product cards, inline
style and site script, JSON-LD, and the usual tags of Google, Facebook, Baidu
and Weibo in the places where people paste them. `clean` is without the tags.
"""
import gzip

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Brook &amp; Alder: boats, paddles and repair</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Hand-built canoes, kayaks and paddles.">
<link rel="canonical" href="https://www.example.com/">
<link rel="stylesheet" href="/assets/site.css?v=31">
%s<style>
.card { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem }
.card img { width: 100%%; border-radius: 4px }
nav a:hover { text-decoration: underline }
</style>
<script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Store", "name": "Brook & Alder"}
</script>
</head>
<body class="home">
<nav><a href="/">Home</a> <a href="/boats/">Boats</a>
<a href="/paddles/">Paddles</a> <a href="/repair/">Repair</a></nav>
<h1>Boats that outlive their owners</h1>
"""

TAGS_HEAD = """<link rel="preconnect" href="https://www.googletagmanager.com">
<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':
new Date().getTime(),event:'gtm.js'});var f=d.getElementsByTagName(s)[0],
j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src=
'https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);
})(window,document,'script','dataLayer','GTM-XXXXXX');</script>
<script async src="https://www.google-analytics.com/analytics.js"></script>
<script>
!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;
n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;
t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,
document,'script','https://connect.facebook.net/en_US/fbevents.js');
fbq('init', '000000000000000'); fbq('track', 'PageView');
</script>
<noscript><img height="1" width="1" style="display:none" alt=""
src="https://www.facebook.com/tr?id=000000000000000&amp;ev=PageView&amp;noscript=1"></noscript>
"""

TAGS_BODY = """<div class="share"><iframe width="90" height="24" scrolling="no"
src="https://widget.weibo.com/relationship/followbutton.php?uid=1&amp;style=1"></iframe>
<script src="https://connect.facebook.net/en_US/sdk.js#xfbml=1" async></script>
<div class="fb-like" data-href="https://www.example.com/"></div></div>
<script>
var _hmt = _hmt || [];
(function() {
  var hm = document.createElement("script");
  hm.src = "https://hm.baidu.com/hm.js?00000000000000000000000000000000";
  var s = document.getElementsByTagName("script")[0];
  s.parentNode.insertBefore(hm, s);
})();
</script>
<img src="https://bat.bing.com/action/0?ti=1&amp;Ver=2" width="1" height="1" alt="">
"""

SITE_SCRIPT = """<script>
document.querySelectorAll('.card').forEach(function (card) {
  card.addEventListener('click', function () { location = card.dataset.to });
});
</script>
"""

CARD = """<article class="card" id="item-{n}" data-to="/boats/{n}">
  <img src="/assets/boats/{n}.webp" alt="{wood} {kind}" width="128" height="96" loading="lazy">
  <div><h2><a href="/boats/{n}">{wood} {kind}, {length} cm</a></h2>
  <p>{text}</p>
  <p class="price">{price} &euro; <button type="button" name="basket" value="{n}">Add to basket</button></p></div>
</article>
"""

WOODS = ["Larch", "Cedar", "Spruce", "Oak", "Ash", "Birch", "Walnut"]
KINDS = ["canoe", "kayak", "skiff", "paddle", "dory"]
WORDS = ("steam bent ribs hold the planks without a single nail and the hull "
         "stays light enough for one person to carry from the car to the "
         "water after a long winter in the shed we sand it once oil it twice "
         "and it is good for another ten years on lakes and slow rivers").split()


def sentence(n):
    """Prose that differs from card to card, so that gzip has work to do, and so
    much of it that a "<" stands every 70 to 75 bytes, as in real pages."""
    state = n * 2654435761 % 2**32
    words = []
    for _ in range(140 + state % 41):
        state = (state * 1103515245 + 12345) % 2**31
        words.append(WORDS[state // 65536 % len(WORDS)])
    return " ".join(words).capitalize() + "."


def card(n):
    return CARD.format(n=n, wood=WOODS[n % 7], kind=KINDS[n % 5],
                       length=300 + n * 37 % 250, price=190 + n * 91 % 3000,
                       text=sentence(n))


def page(size, tags=True):
    """A page of about `size` bytes, exactly `size` where that is possible."""
    parts = [HEAD % (TAGS_HEAD if tags else "")]
    tail = (TAGS_BODY if tags else "") + SITE_SCRIPT + "</body>\n</html>\n"
    length = len(parts[0]) + len(tail)
    n = 0
    while True:
        n += 1
        more = card(n)
        if length + len(more) > size - 9:
            break
        parts.append(more)
        length += len(more)
    parts.append("<!-- " + "-" * max(0, size - length - 9) + " -->"
                 if size - length >= 9 else "")
    return ("".join(parts) + tail).encode()


def small_page():
    """A page of 1 kB with one tag in it."""
    text = ("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
            "<title>Thank you</title>\n"
            "<script async src=\"https://www.google-analytics.com/analytics.js\">"
            "</script></head>\n<body><h1>Thank you</h1>\n<p>")
    return (text + sentence(1) + " " + sentence(2) + " " + sentence(3) + " "
            + sentence(4)).encode()[:1000].ljust(1000, b".") + b"</p>\n</body></html>\n"


def write(folder):
    """Write all pages below the folder, gzipped ones beside (NAME.gz)."""
    files = {
        "1k.html": small_page(),
        "13k.html": page(13000),
        "100k.html": page(100000),
        "1m.html": page(1000000),
        "13k-clean.html": page(13000, tags=False),
        "100k-clean.html": page(100000, tags=False),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / (name + ".gz")).write_bytes(
            gzip.compress(data, compresslevel=6, mtime=0))
    return files
