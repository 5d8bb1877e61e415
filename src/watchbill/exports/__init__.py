"""What is declared, written for programs beside watchbill: rules for a cluster's own ruler. Pure; reads no clock, asks no server."""
