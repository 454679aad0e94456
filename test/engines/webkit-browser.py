"""WebKitGTK in a window, driven by WebKitWebDriver, with a folder to keep things in and a file for its console.

    webkit-browser.py FOLDER CONSOLE
    webkit-browser.py --look        ends with 0 if all it needs is here
"""

import os
import sys

import gi

gi.require_version('Gtk', '3.0')
gi.require_version('WebKit2', '4.1')
from gi.repository import Gtk, WebKit2

if sys.argv[1] == '--look':
    sys.exit(0)
folder, console = sys.argv[1:3]
# The engine prints what pages say to standard error, whatever the setting is called, in processes of its own that take
# this over.
os.dup2(os.open(console, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)

manager = WebKit2.WebsiteDataManager(
    base_data_directory=f'{folder}/data', base_cache_directory=f'{folder}/cache'
)
context = WebKit2.WebContext(website_data_manager=manager)
context.set_automation_allowed(True)


def open_window(_session):
    settings = WebKit2.Settings(enable_write_console_messages_to_stdout=True)
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True, settings=settings)
    window = Gtk.Window(default_width=1280, default_height=900)
    window.add(view)
    window.show_all()
    return view


def begin(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name('WebKitGTK')
    info.set_version(
        WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
    )
    session.set_application_info(info)
    session.connect('create-web-view', open_window)


context.connect('automation-started', begin)
Gtk.main()
