{{- define "hooktide.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "hooktide.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "hooktide.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "hooktide.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "hooktide.selectorLabels" -}}
app.kubernetes.io/name: {{ include "hooktide.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "hooktide.labels" -}}
{{ include "hooktide.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "hooktide.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{- define "hooktide.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "hooktide.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The Secrets that the pods read, and what is missing of them, said once. */}}
{{- define "hooktide.databaseSecret" -}}
{{- if .Values.database.existingSecret -}}
{{- .Values.database.existingSecret -}}
{{- else -}}
{{- $url := required "set database.existingSecret (a Secret with the PostgreSQL URL) or database.url" .Values.database.url -}}
{{- printf "%s-database" (include "hooktide.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "hooktide.secretsSecret" -}}
{{- if .Values.secrets.existingSecret -}}
{{- .Values.secrets.existingSecret -}}
{{- else -}}
{{- $jwt := required "set secrets.existingSecret, or secrets.jwtSecret and secrets.mainSecret (`openssl rand -hex 32` makes one)" .Values.secrets.jwtSecret -}}
{{- $main := required "set secrets.mainSecret too, and keep a copy: what it encrypts cannot be read without it" .Values.secrets.mainSecret -}}
{{- printf "%s-secrets" (include "hooktide.fullname" .) -}}
{{- end -}}
{{- end -}}
