"""What the benchmark prints and writes: a table, JSON, a chart."""
import json
import statistics
from html import escape

COLOURS = {"heed": "#2a6f4e"}
OTHER = "#b8bfc6"


def medians(samples):
    """{subject: median} of {subject: [value per round]}."""
    return {name: statistics.median(values)
            for name, values in samples.items() if values}


def number(value):
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def verdicts(row, proxy, system):
    """(text, met) per target of the row whose peers were there."""
    out = []
    for target in row.targets:
        figures = system if target.system else proxy
        peers = [figures[p] for p in target.peers if p in figures]
        if not peers or "heed" not in figures:
            continue
        limit = target.factor * min(peers) + target.plus
        out.append((f"{figures['heed'] / min(peers):.2f} × "
                    f"{target.text} (≤ {target.factor:g}"
                    f"{f' + {target.plus:.0f} µs' if target.plus else ''})",
                    figures["heed"] <= limit))
    return out


def size_verdicts(sizes):
    """heed's compressed output beside that of the peer that rewrites too."""
    return [(f"{sizes['heed']} bytes sent, {name} {size}",
             sizes["heed"] <= size)
            for name, size in sizes.items()
            if name not in ("heed", "nginx", "haproxy")]


def print_table(results):
    print("\nCPU µs per request: the proxy alone / proxy, origin and client; "
          "medians\n")
    for result in results:
        print(f"{result['row']}: {result['text']}")
        for name, value in result["proxy"].items():
            print(f"    {name:<24}{number(value):>8} /"
                  f"{number(result['system'][name]):>6}"
                  f"{result['rate'][name]:>12,.0f} requests/s")
        for text, met in result["verdicts"]:
            print(f"    {'met   ' if met else 'MISSED'}  {text}")
        print()


def write_json(path, machine, results):
    path.write_text(json.dumps({"machine": machine, "rows": results}, indent=1,
                               ensure_ascii=False) + "\n")


def bar(y, name, value, widest):
    width = 420 * value / widest
    return (f'<text x="210" y="{y + 11}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="218" y="{y}" width="{width:.1f}" height="14" '
            f'fill="{COLOURS.get(name, OTHER)}"/>'
            f'<text x="{224 + width:.1f}" y="{y + 11}">{number(value)}</text>')


def write_svg(path, results):
    """Bars per row, each row to its own scale."""
    parts, y = [], 34
    for result in results:
        y += 14
        parts.append(f'<text x="8" y="{y}" font-weight="bold">'
                     f'{escape(result["row"])}</text>')
        y += 6
        widest = max(result["proxy"].values())
        for name, value in result["proxy"].items():
            parts.append(bar(y, name, value, widest))
            y += 18
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" '
        f'height="{y + 12}" font-family="sans-serif" font-size="12">'
        '<rect width="100%" height="100%" fill="white"/>'
        '<text x="8" y="20">CPU µs per request, proxy alone (shorter is '
        'better)</text>' + "".join(parts) + "</svg>\n")
