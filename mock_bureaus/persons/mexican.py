"""Mexicans, by taxpayer numbers (RFC) of the kind that a simulation hands out."""

from .person import Person

_CARD = {
    "tipoCuenta": "R",
    "saldoActual": 3200,
    "limiteCredito": 10000,
    "saldoVencido": 0,
    "numeroPagosVencidos": 0,
    "peorAtraso": 1,
    "historicoPagos": " V V V01 V",
    "registroImpugnado": 0,
}
_LOAN = {
    "tipoCuenta": "F",
    "saldoActual": 41000,
    "limiteCredito": 60000,
    "saldoVencido": 1800,
    "numeroPagosVencidos": 2,
    "peorAtraso": 2,
    "historicoPagos": "0201 V V",
    "registroImpugnado": 1,
}
_INQUIRY = {"fechaConsulta": "2025-11-02", "importeCredito": 12000}
_OTHERS_SILENT = {"tipoMensaje": 2, "leyenda": "No se obtuvo respuesta de otras SIC's"}
_BLOCKED = {"tipoMensaje": 1, "leyenda": "Expediente bloqueado por el consumidor"}

JUAN = Person(
    id_number="PUAC800107",
    name="JUAN PRUEBA SIETE",
    birthday="1980-01-07",
    on_file={
        "circlescore": {
            "consultas": [_INQUIRY],
            "creditos": [_CARD, _LOAN],
            "scores": [
                {"nombreScore": "FICO", "valor": 546, "razones": ["D8", "E4", "K0", "D2"]},
            ],
            "mensajes": [_OTHERS_SILENT],
        }
    },
)

ANA = Person(
    id_number="PUAD800108",
    name="ANA PRUEBA OCHO",
    birthday="1980-01-08",
    on_file={
        "circlescore": {
            "consultas": [],
            "creditos": [_CARD],
            # Zero is no score, and not a bad one.
            "scores": [{"nombreScore": "FICO", "valor": 0, "razones": ["G1"]}],
            "mensajes": [_OTHERS_SILENT],
        }
    },
)

LUIS = Person(
    id_number="PUAE800109",
    name="LUIS PRUEBA NUEVE",
    birthday="1980-01-09",
    on_file={
        "circlescore": {"consultas": [], "creditos": [], "scores": [], "mensajes": [_BLOCKED]},
    },
)

MEXICANS = (JUAN, ANA, LUIS)
