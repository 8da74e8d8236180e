"""Takes the pictures of README.md in QGIS's own window, run by QGIS:

    AROBASE_URL=http://127.0.0.1:8080/ xvfb-run -s "-screen 0 1200x760x24" \
        qgis --nologo --noversioncheck --noplugins --code tests/clients/qgis_window.py

It writes qgis-dialog.png and qgis-window.png where it is run; pngquant makes them small. The window
shows communes as tiles and the initiatives of communes of 4 or 5 arobases around Marseille.
"""
import os
import sys

from qgis.core import (QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFillSymbol,
                       QgsMarkerSymbol, QgsProject, QgsRectangle, QgsVectorLayer,
                       QgsVectorTileBasicRendererStyle, QgsVectorTileLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QSettings, QTimer
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QPushButton
from qgis.utils import iface

SERVER = os.environ["AROBASE_URL"]
CONNECTION = "qgis/connections-wfs/arobase/"
MARSEILLE = QgsRectangle(4.6, 43.1, 6.0, 43.9)


def after(milliseconds, step):
    """Runs a step once QGIS has done what the one before asked for; a failed one ends QGIS."""
    def run():
        try:
            step()
        except Exception as error:  # Qt would go on
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
    QTimer.singleShot(milliseconds, run)


def add_layers():
    window = iface.mainWindow()
    window.resize(960, 600)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
        dock.setMaximumWidth(210)
    communes = QgsVectorTileLayer(
        f"type=xyz&url={SERVER}tiles/communes/{{z}}/{{x}}/{{y}}.mvt&zmax=14", "communes")
    fill = QgsVectorTileBasicRendererStyle("communes", "communes", QgsWkbTypes.PolygonGeometry)
    fill.setSymbol(QgsFillSymbol.createSimple(
        {"color": "#f3efe6", "outline_color": "#b9b2a2", "outline_width": "0.2"}))
    communes.renderer().setStyles([fill])
    initiatives = QgsVectorLayer(
        f"url='{SERVER}' typename='initiatives' restrictToRequestBBOX='1' pagingEnabled='true'",
        "initiatives", "OAPIF")
    initiatives.setSubsetString('"niveau" >= 4')
    initiatives.renderer().setSymbol(QgsMarkerSymbol.createSimple(
        {"name": "circle", "color": "#2464cf", "outline_color": "white", "size": "2.6"}))
    for layer in (communes, initiatives):
        QgsProject.instance().addMapLayer(layer)
    iface.layerTreeView().setCurrentLayer(initiatives)
    after(4000, frame)


def frame():
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    there = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), project.crs(), project)
    iface.mapCanvas().setExtent(there.transformBoundingBox(MARSEILLE))
    iface.mapCanvas().refresh()
    after(9000, open_dialog)


def open_dialog():
    iface.mainWindow().grab().save("qgis-window.png")
    settings = QSettings()
    settings.setValue(CONNECTION + "url", SERVER)
    settings.setValue(CONNECTION + "version", "OGC_API_FEATURES")
    settings.setValue("qgis/connections-wfs/selected", "arobase")
    after(3000, connect)
    iface.mainWindow().findChild(QAction, "mActionAddWfsLayer").trigger()


def dialog():
    return next(window for window in QApplication.topLevelWidgets()
                if window.isVisible() and "Data Source" in window.windowTitle())


def connect():
    dialog().resize(820, 430)
    next(button for button in dialog().findChildren(QPushButton, "btnConnect")
         if button.isVisible()).click()
    after(5000, finish)


def finish():
    dialog().grab().save("qgis-dialog.png")
    os._exit(0)


after(4000, add_layers)
