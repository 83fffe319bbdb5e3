"""The programs that the benchmark measures: how each is started, what it costs.

One worker each, keep-alive on both sides, access logs off.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

# What the rewriting peers look for. heed has a whole rule set for this.
LITERALS = [
    "www.googletagmanager.com", "www.google-analytics.com",
    "connect.facebook.net", "www.facebook.com/tr", "hm.baidu.com",
    "widget.weibo.com", "bat.bing.com", "googleads.g.doubleclick.net",
    "static.hotjar.com", "snap.licdn.com", "analytics.tiktok.com",
    "cdn.segment.com",
]

SET_COOKIES = [
    "SESSIONID=4f1d2c0b9a; Path=/; HttpOnly; SameSite=Lax",
    "lang=en; Path=/; Max-Age=31536000",
    "_ga=GA1.2.1111111111.1600000000; Path=/; Max-Age=63072000",
    "_gid=GA1.2.2222222222.1600000000; Path=/; Max-Age=86400",
    "_fbp=fb.1.1600000000000.3333333333; Path=/; Max-Age=7776000",
    "Hm_lvt_00000000000000000000000000000000=1600000000; Path=/",
]

SUBS_FILTER_MODULE = "/usr/lib/nginx/modules/ngx_http_subs_filter_module.so"

NGINX = """
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
{top}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    types {{ text/html html; }}
    default_type application/octet-stream;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    sendfile on;
    # As a careful operator has it: no answer of these takes the disk.
    proxy_buffer_size 16k;
    proxy_buffers 16 16k;
    proxy_busy_buffers_size 64k;
    proxy_max_temp_file_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""

NGINX_PROXY = """
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
            {rewriting}
        }}
    }}
"""

# nginx can't gunzip for a client that accepts gzip, so it takes a hop to itself.
NGINX_REGZIP = """
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    upstream inner {{
        server unix:{folder}/inner.sock;
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    server {{
        listen unix:{folder}/inner.sock;
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Connection "";
            proxy_set_header Accept-Encoding gzip;
            gunzip on;
        }}
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://inner;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Connection "";
            proxy_set_header Accept-Encoding "";
            gzip on;
            gzip_proxied any;
            gzip_comp_level 1;
            {rewriting}
        }}
    }}
"""

HAPROXY = """
global
    nbthread 1
    maxconn 4096
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse always
    option forwardfor
frontend in
    bind 127.0.0.1:{port}
    {extra}
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin} pool-max-conn 64
"""


class Missing(Exception):
    """A peer is not installed."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def program(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        raise Missing(f"{name} is not installed")
    return found


class Server:
    """A running program with a port; its CPU time is that of all its
    processes and threads."""

    def __init__(self, name, command, port, folder):
        self.name, self.port = name, port
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log,
                                            cwd=folder)
        if port:
            self.wait_for_port(port)

    def wait_for_port(self, port):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"{self.name} did not start: "
                           + self.log.read_text(errors="replace")[-2000:])

    def processes(self):
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, children.split())]

    def cpu_ns(self):
        """User and system time so far, in nanoseconds, of every thread."""
        total = 0
        for pid in self.processes():
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start_nginx(name, folder, http, port, top=""):
    folder.mkdir()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(
        folder=folder, http=http, top=top,
        user="root" if os.geteuid() == 0 else "nobody"))
    return Server(name, [program("nginx"), "-e", "stderr", "-p", str(folder),
                         "-c", str(config)], port, folder)


def start_origin(folder, pages):
    """nginx with the pages: /plain/NAME as they are, /gzip/NAME compressed."""
    port = free_port()
    cookies = "".join(f'add_header Set-Cookie "{c}";\n' for c in SET_COOKIES)
    http = f"""
    server {{
        listen 127.0.0.1:{port};
        {cookies}
        location /plain/ {{ alias {pages}/; }}
        location /gzip/ {{ alias {pages}/; gzip_static always; }}
    }}"""
    return start_nginx("origin", folder, http, port)


def start_nginx_pass(folder, origin, _):
    port = free_port()
    return start_nginx("nginx", folder, NGINX_PROXY.format(
        origin=origin, port=port, rewriting=""), port)


def sub_filter():
    rules = "".join(f"sub_filter '{text}' 'denied.invalid';\n"
                    for text in LITERALS)
    return rules + "sub_filter_once off;\n"


def start_nginx_sub(folder, origin, _):
    port = free_port()
    return start_nginx("nginx sub_filter", folder, NGINX_PROXY.format(
        origin=origin, port=port, rewriting=sub_filter()), port)


def start_nginx_subs(folder, origin, _):
    if not os.path.exists(SUBS_FILTER_MODULE):
        raise Missing("libnginx-mod-http-subs-filter is not installed")
    port = free_port()
    rules = "".join(
        f"subs_filter '//[a-z.]*{text.replace('.', '[.]')}[^\"]*' '' gir;\n"
        for text in LITERALS)
    return start_nginx("nginx subs_filter", folder, NGINX_PROXY.format(
        origin=origin, port=port, rewriting=rules), port,
        top=f"load_module {SUBS_FILTER_MODULE};")


def start_nginx_regzip(folder, origin, _):
    port = free_port()
    return start_nginx("nginx gunzip+sub+gzip", folder, NGINX_REGZIP.format(
        origin=origin, port=port, folder=folder, rewriting=sub_filter()), port)


def start_haproxy_with(name, folder, origin, extra):
    folder.mkdir()
    port = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, origin=origin, extra=extra))
    return Server(name, [program("haproxy"), "-q", "-db", "-f", str(config)],
                  port, folder)


def start_haproxy(folder, origin, _):
    return start_haproxy_with("haproxy", folder, origin, "")


def start_haproxy_cookies(folder, origin, _):
    return start_haproxy_with(
        "haproxy cookies", folder, origin,
        "http-response del-header Set-Cookie if "
        "{ res.hdr(Set-Cookie) -m found }")


def heed_config(port, origin, lists, root):
    config = {
        "listen": [{"address": f"127.0.0.1:{port}"}],
        "workers": 1,
        "log": {"access": None},
        "sites": [{
            "hosts": ["*"],
            "upstream": {"servers": [f"127.0.0.1:{origin}"]},
            "policy": {"default": "allow"},
        }],
    }
    if lists:
        config["rules"] = [str(root / "rules" / "*.json"), "lists.json"]
    return config


def start_heed(folder, origin, options):
    folder.mkdir()
    port = free_port()
    root = pathlib.Path(__file__).resolve().parents[1]
    (folder / "heed.json").write_text(json.dumps(
        heed_config(port, origin, options.lists, root)))
    if options.lists:
        (folder / "lists.json").write_text(json.dumps({"rules": [{
            "id": "lists", "title": "published lists", "purpose": "analytics",
            "lists": [str(pathlib.Path(p).resolve()) for p in options.lists],
        }]}))
    return Server("heed", [str(pathlib.Path(options.heed).resolve()), "serve",
                           "-c", str(folder / "heed.json")], port, folder)


STARTERS = {
    "heed": start_heed,
    "nginx": start_nginx_pass,
    "haproxy": start_haproxy,
    "haproxy cookies": start_haproxy_cookies,
    "nginx sub_filter": start_nginx_sub,
    "nginx subs_filter": start_nginx_subs,
    "nginx gunzip+sub+gzip": start_nginx_regzip,
}
